/** What programs wait for on a caller's leg: that somebody takes the caller, and that nobody has the caller any more. No face uses it. */
import { onAbort } from "../abort.js";
import { conflict, notFound } from "../errors.js";
import { queueName } from "../freeswitch/index.js";
import type { LiveLeg } from "./call-legs.js";
import type { Channel } from "./channel.js";
import { organizationOf, type ControlContext } from "./control/context.js";
import type { Doer } from "./activities.js";
import { playMusic, stayAfterBridge } from "./control/legs.js";
import { PROGRAM } from "./program-legs.js";

/** The end of an activity is told by nothing, so that it is looked for. */
const LOOK_MS = 250;

/** Resolves when `is` gives a value, which is asked after each change of the leg's call. Rejects with the signal's reason. */
export function until<T>(context: ControlContext, leg: Channel, is: () => T | undefined, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = (outcome: () => void): void => {
      off();
      clearInterval(timer);
      stopListening();
      outcome();
    };
    const look = (): void => {
      const value = is();
      if (value !== undefined) done(() => resolve(value));
      else if (signal.aborted) done(() => reject(signal.reason instanceof Error ? signal.reason : conflict("The operation was called off.")));
    };
    const off = context.registry.onChange(({ call }) => {
      if (call === leg.call || leg.hungUp) look();
    });
    const timer = setInterval(look, LOOK_MS);
    const stopListening = onAbort(signal, look);
    look();
  });
}

/** Whether nobody has the caller: it is parked, waits nowhere, and nobody rings for it or talks to it. A leg that has hung up is free. */
export function isFree({ activities }: ControlContext, leg: Channel): boolean {
  const { call } = leg;
  if (leg.hungUp || call === null) return true;
  const isHad = !leg.parked || leg.partner !== null || leg.inConference || call.mode !== null || call.queue !== null || call.ringing.length > 0;
  // After a conversation of two programs both legs may be of one call, which the other's program holds.
  return !isHad && !activities.busy(call.id, PROGRAM);
}

/** Whether somebody has answered for the caller, or a program has taken the caller out of the queue: the two are joined now or in a moment. */
function isTaken({ activities }: ControlContext, caller: Channel): boolean {
  const { call, partner } = caller;
  return partner !== null || call?.legs.some((leg) => leg !== caller && leg.answered) === true || (call !== null && call.queue !== null && activities.termsOf(call.id) === "refuses");
}

/** Every operation throws Conflict for a leg that has hung up, SwitchUnavailable or Timeout. Aborting `signal` cancels it. */
export class ProgramWaits {
  readonly #context: ControlContext;

  constructor(context: ControlContext) {
    this.#context = context;
  }

  /**
   * Into a department's queue, as if the dialplan had sent the caller there; the leg is parked again when whoever talks to the caller hangs up. `silent`: without the
   * department's greeting, music and announcements, until `hush` or the end of the wait. Throws NotFound for a department that there is not.
   */
  async enter(leg: LiveLeg, department: string, { silent }: { readonly silent: boolean }): Promise<void> {
    const { directory, registry } = this.#context;
    const caller = this.#leg(leg);
    const { call } = caller;
    if (call === null || call.ended) throw conflict(`The leg ${leg.uuid} is on no call.`);
    const queue = queueName(department, "department");
    if (!directory.hasDepartment(organizationOf(this.#context, call).id, queue)) throw notFound(`The department ${queue}`);
    await stayAfterBridge(this.#context, caller, true);
    registry.waitsAsCaller(caller);
    registry.annotate(call, { queue, owner: null, mode: null, ...(silent ? { stage: "waiting", ownSounds: true } : {}) });
    if (!silent) playMusic(this.#context, caller);
  }

  /**
   * Runs `work` with the leg of a caller who waits in a department. Meanwhile nobody else is offered the caller, and phones that rang for the caller stop; who is not joined with
   * somebody then goes on waiting at the same place. Throws Conflict for a caller who does not wait, or whom somebody takes already.
   */
  async take<T>(callId: string, by: Doer, work: (caller: LiveLeg, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { registry, activities } = this.#context;
    const call = registry.index.find(callId);
    if (call?.state !== "queued") throw conflict(`Nobody waits on the call ${callId}.`);
    return activities.hold(call.id, { name: "dequeue", by, terms: "refuses" }, (held) => {
      const caller = call.customer;
      if (call.state !== "queued" || caller === undefined || !caller.parked) throw conflict(`The call ${call.id} is ${call.state}.`);
      return work(caller, held.signal);
    });
  }

  /** The program has no more to say to who waits: from now on the department has. */
  hush({ uuid }: LiveLeg): void {
    const call = this.#context.registry.channel(uuid)?.call;
    if (call?.ownSounds === true) this.#context.registry.annotate(call, { ownSounds: false });
  }

  /** Out of the queue. */
  leave(leg: LiveLeg): void {
    const { call } = this.#leg(leg);
    if (call !== null && call.queue !== null) this.#context.registry.annotate(call, { queue: null, mode: null });
  }

  /** Resolves when somebody who is called has answered and is parked, or has hung up. */
  async untilAnswered(leg: LiveLeg, signal: AbortSignal): Promise<void> {
    const called = this.#leg(leg);
    await until(this.#context, called, () => (called.hungUp || (called.answered && called.parked) ? true : undefined), signal);
  }

  /** `taken`: somebody has answered for the caller, and is joined with the caller now or in a moment. `free`: nobody has the caller. */
  untilTakenOrFree(leg: LiveLeg, signal: AbortSignal): Promise<"taken" | "free"> {
    const caller = this.#leg(leg);
    const state = (): "taken" | "free" | undefined => (isFree(this.#context, caller) ? "free" : isTaken(this.#context, caller) ? "taken" : undefined);
    return until(this.#context, caller, state, signal);
  }

  /** Resolves when the leg is parked and joined with nobody, or has hung up. */
  async untilAlone(leg: LiveLeg, signal: AbortSignal): Promise<void> {
    const channel = this.#context.registry.channel(leg.uuid);
    if (channel !== undefined) await until(this.#context, channel, () => (channel.hungUp || (channel.parked && channel.partner === null) ? true : undefined), signal);
  }

  /** `free`: nobody has the caller; `alone`: the caller is in a conference in which, as far as is known, nobody else of the organization is. */
  untilFreeOrAlone(leg: LiveLeg, signal: AbortSignal): Promise<"free" | "alone"> {
    const { registry } = this.#context;
    const caller = this.#leg(leg);
    const isCompany = (other: Channel): boolean => other !== caller && other.inConference && other.call?.organizationId === caller.call?.organizationId;
    const state = (): "free" | "alone" | undefined => {
      if (isFree(this.#context, caller)) return "free";
      return caller.inConference && ![...registry.channelsOf(caller.node)].some(isCompany) ? "alone" : undefined;
    };
    return until(this.#context, caller, state, signal);
  }

  /** `free`: nobody has the caller any more who was taken; `waiting`: the caller waits again. */
  untilBack(leg: LiveLeg, signal: AbortSignal): Promise<"free" | "waiting"> {
    const caller = this.#leg(leg);
    const state = (): "free" | "waiting" | undefined => {
      if (isFree(this.#context, caller)) return "free";
      return !isTaken(this.#context, caller) && caller.parked && caller.call?.queue != null ? "waiting" : undefined;
    };
    return until(this.#context, caller, state, signal);
  }

  /** Watches from now on whether the caller talks to somebody, however briefly. */
  watchTalk(leg: LiveLeg): { readonly talked: () => boolean; readonly stop: () => void } {
    const seen = { talk: false };
    const look = (): void => {
      if (this.#context.registry.channel(leg.uuid)?.partner?.answered === true) seen.talk = true;
    };
    return { talked: () => seen.talk, stop: this.#context.registry.onChange(look) };
  }

  #leg({ uuid }: LiveLeg): Channel {
    const channel = this.#context.registry.channel(uuid);
    if (channel === undefined || channel.hungUp) throw conflict("The leg hung up.");
    return channel;
  }
}
