/** Releases abandoned legs, and joins two parties anew: whom an operation has parted, or who cannot hear each other. */
import { CallplaneError } from "../errors.js";
import { commands } from "../freeswitch/index.js";
import { SYSTEM } from "./activities.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { stayAfterConference } from "./control/conference.js";
import { nodeOf, type ControlContext } from "./control/context.js";
import { join, part, playMusic, release } from "./control/legs.js";

/** By then the music of a hold has ended: FreeSWITCH stops it before it tells of the hold's end, or at once after. */
const MUSIC_ENDS_MS = 300;
/** So often that is waited for: a machine that stood still for a while has used up one of them. */
const MUSIC_LOOKS = 3;

export class LeftAlone {
  readonly #context: ControlContext;
  /** Bounded by the live legs and calls: one leaves when what was tried has ended. */
  readonly #trying = new Set<Channel | Call>();
  /** Bounded by the calls. */
  readonly #again = new Map<Call, NodeJS.Timeout>();

  constructor(context: ControlContext) {
    this.#context = context;
  }

  close(): void {
    for (const timer of this.#again.values()) clearTimeout(timer);
    this.#again.clear();
  }

  /** Checks a call that changed, or whose last activity has ended. */
  look(call: Call): void {
    // An activity under way may need the legs.
    if (call.ended || this.#context.activities.busy(call.id)) return;
    // A program decides about its own leg, also while nobody runs it: another process takes it up.
    for (const leg of [...lonely(call), ...leftBehind(call)].filter(({ program }) => program === null)) this.#try(call, leg, () => this.#release(call, leg));
    if (parted(call) !== undefined || underMusic(call) !== undefined) this.#try(call, call, () => this.#rejoin(call));
  }

  #try(call: Call, what: Channel | Call, work: () => Promise<boolean>): void {
    // When a node is back, its calls are checked again.
    if (this.#trying.has(what) || !isReachable(this.#context, call)) return;
    this.#trying.add(what);
    void work().then((done) => {
      this.#trying.delete(what);
      if (!done) this.#lookAgain(call);
    });
  }

  async #release(call: Call, leg: Channel): Promise<boolean> {
    const gave = isGivenAway(call) && leg.agentId !== null && leg.agentId === call.owner;
    await release(this.#context, leg);
    const taker = call.legs.filter(({ role, partner }) => role === "agent" && partner !== null).at(-1);
    if (gave && !call.ended && call.owner === leg.agentId && call.legOf(leg.agentId ?? "") === undefined && taker !== undefined) this.#context.registry.annotate(call, { owner: taker.agentId });
    return leg.hungUp;
  }

  async #rejoin(call: Call): Promise<boolean> {
    try {
      await this.#context.activities.run(call.id, { name: "rejoin", by: SYSTEM }, async (signal) => {
        if (underMusic(call) !== undefined) return this.#endMusic(call, signal);
        const both = parted(call);
        if (both === undefined) return;
        const [far, near] = both;
        await stayAfterConference(this.#context, both.filter(({ inConference }) => inConference));
        if (far.heldInConference || near.heldInConference) await this.#hold(call, far, near, signal);
        else await join(this.#context, far, near, signal);
      });
      return true;
    } catch (error) {
      this.#context.logger.warn({ err: error, call: call.id }, "two who were parted could not be joined again; retrying");
      return false;
    }
  }

  async #endMusic(call: Call, signal: AbortSignal): Promise<void> {
    const uuids = call.legs.map(({ uuid }) => uuid);
    const ended = (): true | undefined => (underMusic(call) === undefined ? true : undefined);
    for (let looks = 0; looks < MUSIC_LOOKS; looks++) {
      signal.throwIfAborted();
      if (await this.#context.registry.proofs.until(uuids, ended, { of: "PLAYBACK_STOP", timeoutMs: MUSIC_ENDS_MS, signal, node: call.node }).catch(() => false)) return;
      const [heard] = underMusic(call) ?? [];
      // The answer to a job is an event: it comes behind those that a busy machine brings late.
      if (heard !== undefined) await nodeOf(this.#context, heard).bgapi(commands.exists(heard.uuid), { timeoutMs: this.#context.settings.confirmMs });
    }
    const both = underMusic(call);
    if (both === undefined) return;
    signal.throwIfAborted();
    await part(this.#context, ...both, signal);
    await join(this.#context, ...both, signal);
  }

  /** One of the last two of a conference was on hold: so is the call from now on. */
  async #hold(call: Call, far: Channel, near: Channel, signal: AbortSignal): Promise<void> {
    this.#context.registry.annotate(call, { mode: "held" });
    for (const leg of [far, near]) await part(this.#context, leg, null, signal);
    playMusic(this.#context, far);
  }

  /** What failed is retried even if the call does not change meanwhile. */
  #lookAgain(call: Call): void {
    if (call.ended || this.#again.has(call)) return;
    this.#again.set(
      call,
      setTimeout(() => {
        this.#again.delete(call);
        this.look(call);
      }, this.#context.settings.againMs).unref(),
    );
  }
}

function isReachable(context: ControlContext, call: Call): boolean {
  try {
    nodeOf(context, call);
    return true;
  } catch (error) {
    if (error instanceof CallplaneError) return false;
    throw error;
  }
}

/**
 * Legs that nobody will return to: agents' legs, parked without the caller or colleague they talked to; the last leg of a call without an owner; and who was the
 * only one to enter a conference, since FreeSWITCH ends one when the last but one leaves. The first leg of a call is its dialplan's matter while it is alone.
 */
function lonely(call: Call): readonly Channel[] {
  if (call.lost !== null || call.isScripted) return [];
  const [only, ...others] = call.legs;
  if (only?.inConference === true) return others.length === 0 && call.bLegId !== null ? [only] : [];
  if (call.legs.some((leg) => leg.partner !== null || leg.inConference || !leg.parked || (isOwnPark(call, leg) && !isDropped(call, leg)))) return [];
  // Rung for somebody who has left since: nobody has put it aside.
  const isLate = only?.role === "other" && call.mode === null;
  const isForgotten = only !== undefined && (isLate || (call.mode === "held" ? only.consult || call.owner === null : call.owner === null && call.queue === null && call.bLegId !== null));
  if (isForgotten && others.length === 0) return call.legs;
  if (call.hadCustomer) return call.customer === undefined ? call.legs.filter((leg) => leg.role === "agent") : [];
  return only !== undefined && others.length === 0 && only.agentId === call.owner ? [only] : [];
}

/** Whether it was this leg that was parked (`seeds/004_e1e84ef2369098d3.txt`: FreeSWITCH itself ends it after its time), and not one that was rung for a parked party. */
const isOwnPark = ({ mode, parkedAt }: Call, leg: Channel): boolean => mode === "parked" && (parkedAt === null || leg.createdAt <= parkedAt);

/**
 * The leg of the agent who parked the call, which FreeSWITCH was to end with the park and did not hear of. One that itself was parked (`seeds/004_e1e84ef2369098d3.txt`) has its time set in FreeSWITCH.
 */
const isDropped = (call: Call, leg: Channel): boolean => isOwnPark(call, leg) && leg.role === "agent" && leg.agentId === call.owner && leg.timedPark !== leg.parks;

/** A colleague who has given the call away while FreeSWITCH was not to be heard of: the two others talk, and nobody is on hold. */
const isGivenAway = ({ customer, mode, queue, legs }: Call): boolean => customer === undefined && mode === null && queue === null && legs.some(({ partner, consult }) => partner !== null && !consult && !partner.consult);

/**
 * Parked legs that an operation rang and could not release because FreeSWITCH was away: third parties whom nobody talks to any more, and agents who do not own
 * the call while the caller has another agent, talks to an outside party, or waits in a department; and whoever was rung in vain. A phone that was rung while the caller waited is the
 * department's: it is joined with the caller, also when it was answered during a restart.
 */
function leftBehind(call: Call): readonly Channel[] {
  const { customer, owner } = call;
  const both: readonly Channel[] = parted(call) ?? [];
  const isTaken = customer !== undefined && !call.inConference && (owner !== null || customer.partner !== null || call.queue !== null || call.mode === "held");
  // Somebody whom the agent has put aside while the agent talks to the caller is not left.
  const isAside = ({ consultHeld }: Channel): boolean => consultHeld && call.legs.some(({ consult, partner }) => !consult && partner !== null);
  const isLeft = (leg: Channel): boolean => leg.consult || (isRungInVain(call, leg) && !both.includes(leg)) || isDropped(call, leg) || (leg.role === "agent" && (isGivenAway(call) || (isTaken && leg.agentId !== owner && !isOffered(call, leg))));
  return call.legs.filter((leg) => leg.parked && leg.partner === null && !isAside(leg) && isLeft(leg));
}

/** Whether it was rung for an operation that has ended without joining it. The owner's only leg may be that of a resume: the owner returns to the caller with it. */
const isRungInVain = (call: Call, leg: Channel): boolean => call.isRungBeside(leg) && call.queue === null && leg !== call.legOf(call.owner ?? "");

/** FreeSWITCH's rows tell the second alone in which a leg was made. */
const isOffered = ({ enteredAt }: Call, leg: Channel): boolean => enteredAt !== null && leg.createdAt.getTime() + 1000 > enteredAt.getTime();

/**
 * Two who are to talk without a conference: the last two of one, and two of whom only one has entered theirs. And two whom a failed operation has parted, or one
 * that FreeSWITCH carried out later: outside parties without an owner who could resume the call, and a parked caller with the owner, whose phone was rung to take
 * the caller back.
 */
function parted(call: Call): readonly [Channel, Channel] | undefined {
  if (call.isScripted) return undefined;
  const [one, other, ...more] = call.legs;
  if (one !== undefined && other !== undefined && more.length === 0 && (one.inConference || other.inConference)) {
    const far = call.customer === other ? other : one;
    return [one, other].every((leg) => (leg.parked || leg.inConference) && !leg.hungUp && !leg.consult) ? [far, far === one ? other : one] : undefined;
  }
  if (call.mode === "parked" && call.owner !== null && one !== undefined && other !== undefined && more.length === 0) {
    const near = [one, other].find((leg) => leg.agentId === call.owner && !leg.consult && !isOwnPark(call, leg));
    return near !== undefined && [one, other].every((leg) => leg.parked && leg.answered && !leg.hungUp) ? [near === one ? other : one, near] : undefined;
  }
  if (call.mode === "parked" || call.queue !== null || call.owner !== null || one === undefined || other === undefined || more.length > 0) return undefined;
  return [one, other].every((leg) => leg.parked && !leg.hungUp && leg.isOutside) ? [one, other] : undefined;
}

/**
 * Two who are bridged, of whom one still hears the music of a hold that the other's phone has ended: FreeSWITCH forgets that it plays once it carries out a command
 * on the leg meanwhile, and nobody hears anybody (switch_ivr.c:647).
 */
function underMusic(call: Call): readonly [Channel, Channel] | undefined {
  const leg = call.legs.find(({ holdMusic, heldByPhone, partner }) => holdMusic && !heldByPhone && partner !== null && !partner.heldByPhone);
  return leg?.partner == null ? undefined : [leg, leg.partner];
}
