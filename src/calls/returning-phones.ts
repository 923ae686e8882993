/** Calls on hold for an agent's lost phone: it is rung as soon as it is back. After a limit a caller of a department waits there again, before all others. */
import { CallplaneError } from "../errors.js";
import { isSamePhone, type Phone } from "../phones/index.js";
import { SYSTEM } from "./activities.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import type { ControlContext } from "./control/context.js";
import { ringBack } from "./control/hold.js";
import { join } from "./control/legs.js";
import type { LostPhoneOutcome } from "./types.js";
import { subjectOf } from "./views.js";

/** What is done for one of them. */
interface Wait {
  /** The next look; null: none is due. */
  timer: NodeJS.Timeout | null;
  isRinging: boolean;
  /** It is over the limit, or the agent does not want it: until another phone registers nobody is rung. */
  rests: boolean;
  /** Phones that ring, or were rung in vain a moment ago. One that registers anew is none of them. */
  rung: readonly Phone[];
}

/**
 * Whether a phone is rung depends on which phones there are and which of them were rung, and not on what was told last: the news of a phone's return may come twice, or
 * while it rings.
 */
export class ReturningPhones {
  readonly #context: ControlContext;
  /** Bounded by the calls. */
  readonly #waits = new Map<Call, Wait>();
  #closed = false;

  constructor(context: ControlContext) {
    this.#context = context;
  }

  close(): void {
    this.#closed = true;
    for (const call of [...this.#waits.keys()]) this.#forget(call);
  }

  /** Checks a call that changed, has ended, or whose last activity has ended. */
  look(call: Call): void {
    if (this.#closed) return;
    if (call.ended || call.lost === null) return this.#forget(call);
    const wait = this.#waits.get(call) ?? { timer: null, isRinging: false, rests: false, rung: [] };
    this.#waits.set(call, wait);
    this.#care(call, wait);
  }

  /** One of the agent's phones that is gone may ring again as soon as it is back. */
  gone(organizationId: number, agentId: string): void {
    for (const [call, wait] of this.#of(organizationId, agentId)) wait.rung = wait.rung.filter((rung) => this.#phonesOf(call).some((phone) => isSamePhone(phone, rung)));
  }

  /** Rings the agent's phones that are back. */
  back(organizationId: number, agentId: string): void {
    if (!this.#closed) for (const [call, wait] of this.#of(organizationId, agentId)) this.#care(call, wait);
  }

  #of(organizationId: number, agentId: string): readonly (readonly [Call, Wait])[] {
    return [...this.#waits].filter(([call]) => call.organizationId === organizationId && call.lost === agentId);
  }

  #forget(call: Call): void {
    const wait = this.#waits.get(call);
    if (wait !== undefined) this.#cancel(wait);
    this.#waits.delete(call);
  }

  #cancel(wait: Wait): void {
    clearTimeout(wait.timer ?? undefined);
    wait.timer = null;
  }

  /** Rings the lost phone when it is back and free, and gives up after the limit. */
  #care(call: Call, wait: Wait): void {
    if (this.#context.activities.busy(call.id) || wait.isRinging) return;
    // Who waits for the phone consults somebody meanwhile: the end of that has the call looked at again.
    if (otherThan(undefined, call)?.partner?.consult === true) return;
    const restMs = this.#restMs(call);
    if (this.#isBack(call, wait)) void this.#ring(call, wait);
    else if (wait.rests || wait.rung.length > 0) return;
    else if (restMs <= 0) void this.#giveUp(call, wait);
    else if (wait.timer === null) this.#lookIn(call, wait, Math.min(restMs, this.#context.settings.againMs));
  }

  #restMs(call: Call): number {
    const { registry, settings } = this.#context;
    return (call.parkedAt?.getTime() ?? 0) + settings.lostPhoneReturnS * 1000 - registry.now(call.node).getTime();
  }

  #lookIn(call: Call, wait: Wait, ms: number): void {
    this.#cancel(wait);
    wait.timer = setTimeout(() => {
      wait.timer = null;
      if (wait.isRinging) return;
      wait.rung = [];
      this.look(call);
    }, ms);
  }

  /** Those that FreeSWITCH can ring for the call. */
  #phonesOf({ organizationId, lost, node }: Call): readonly Phone[] {
    const { phones, directory } = this.#context;
    if (organizationId === null || lost === null || !phones.nodesOf(organizationId, lost).includes(node)) return [];
    const domain = directory.organization(organizationId)?.domain;
    const user = directory.agent(organizationId, lost)?.extension;
    return domain === undefined || user === undefined ? [] : phones.at({ user, domain }).filter((phone) => phone.node === node && !phone.denied);
  }

  #isBack(call: Call, { rung }: Wait): boolean {
    const { registry } = this.#context;
    const { lost, organizationId } = call;
    if (lost === null || organizationId === null) return false;
    // A phone that rings for it already may have been rung before a restart.
    const isBusy = [...registry.index.ofAgent(organizationId, lost)].some((other) => other.legs.some((leg) => leg.agentId === lost && (other !== call || !leg.answered)));
    return !isBusy && this.#phonesOf(call).some((phone) => !rung.some((other) => isSamePhone(phone, other)));
  }

  async #ring(call: Call, wait: Wait): Promise<void> {
    const { activities, logger, settings } = this.#context;
    this.#cancel(wait);
    wait.isRinging = true;
    wait.rests = false;
    wait.rung = this.#phonesOf(call);
    let isRefused = false;
    try {
      await activities.run(call.id, { name: "return", by: SYSTEM }, (signal) => this.#join(call, signal));
    } catch (error) {
      if (call.ended || this.#closed) return;
      logger.info({ err: error, call: call.id }, "a lost phone is back and was not answered");
      isRefused = error instanceof CallplaneError && error.code === "CALL_REJECTED";
    } finally {
      wait.isRinging = false;
    }
    if (this.#closed || this.#waits.get(call) !== wait) return;
    if (isRefused || this.#restMs(call) <= 0) return this.#giveUp(call, wait);
    this.#lookIn(call, wait, settings.againMs);
    // Another phone may have come meanwhile.
    this.#care(call, wait);
  }

  async #join(call: Call, signal: AbortSignal): Promise<void> {
    const { lost } = call;
    const far = otherThan(undefined, call);
    if (lost === null || far === null) return;
    const near = call.legOf(lost);
    if (near?.parked === true && near.lostAt === null) await join(this.#context, far, near, signal);
    else await ringBack(this.#context, call, far, lost, signal);
    tellOfLostPhone(this.#context, call, lost, "joined");
  }

  async #giveUp(call: Call, wait: Wait): Promise<void> {
    const { activities, registry, directory, logger, settings } = this.#context;
    wait.rests = true;
    wait.rung = this.#phonesOf(call);
    this.#cancel(wait);
    try {
      await activities.run(call.id, { name: "return", by: SYSTEM }, async () => {
        const { lost, department, organizationId } = call;
        const far = otherThan(undefined, call);
        if (lost === null || far === null) return;
        const returns = department !== null && organizationId !== null && directory.hasDepartment(organizationId, department);
        if (returns) {
          registry.waitsAsCaller(far);
          registry.annotate(call, { queue: department, owner: null, mode: null, first: true });
        }
        tellOfLostPhone(this.#context, call, lost, returns ? "queued" : "kept");
      });
    } catch (error) {
      if (this.#closed || this.#waits.get(call) !== wait) return;
      logger.warn({ err: error, call: call.id }, "a caller whose agent's phone is lost could not be sent back to the department; retrying");
      wait.rests = false;
      if (!wait.isRinging) this.#lookIn(call, wait, settings.againMs);
    }
  }
}

/** Tells, and logs, what becomes of a call whose agent's phone is lost. */
export function tellOfLostPhone({ registry, logger, announce }: ControlContext, call: Call, agent: string, outcome: LostPhoneOutcome): void {
  logger.info({ call: call.id, agent, outcome }, "the phone of an agent vanished in a call");
  announce({ type: "call.phone.lost", call: subjectOf(registry, call), agent, outcome });
}

/** Whom an agent's leg leaves behind: the caller, or the colleague. Null when that is nobody who has answered, or there are others. */
export function otherThan(leg: Channel | undefined, call: Call): Channel | null {
  if (call.inConference || leg?.consult === true || leg?.role === "customer") return null;
  const far = call.customer ?? leg?.partner ?? onlyOther(leg, call);
  return far !== undefined && far !== leg && far.answered && !far.hungUp && !far.consult ? far : null;
}

/** The only one besides the leg, or besides whose phone is lost, and whom they consult. */
function onlyOther(leg: Channel | undefined, call: Call): Channel | undefined {
  const [one, ...more] = call.legs.filter((each) => each !== leg && !each.consult && (call.lost === null || each.agentId !== call.lost));
  return more.length === 0 ? one : undefined;
}
