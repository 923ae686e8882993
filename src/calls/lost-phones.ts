/**
 * Phones that vanish in a call: a page that is closed or reloaded, a phone without power. The other party is put on hold with music, the dead leg is ended, and the
 * phone is rung again as soon as it is back. After a limit a caller of a department waits there again, before all others.
 */
import { CallplaneError } from "../errors.js";
import { commands, domainName, extension, variableName } from "../freeswitch/index.js";
import { isSameContact, type AgentPhoneChange, type Phone } from "../phones/index.js";
import { SYSTEM } from "./activities.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { nodeOf, type ControlContext } from "./control/context.js";
import { ringBack } from "./control/hold.js";
import { join, part, playMusic, release } from "./control/legs.js";
import type { LostPhoneOutcome } from "./types.js";
import { subjectOf } from "./views.js";

/** The contact of a phone that FreeSWITCH called, and of one that called. */
const CALLED_AT = variableName("sip_destination_url", "variable");
const CALLED_FROM = variableName("sip_contact_uri", "variable");
/** How FreeSWITCH ends the leg of a phone that sends nothing, or does not answer within the dialog. */
const VANISHED: ReadonlySet<string> = new Set(["MEDIA_TIMEOUT", "RECOVERY_ON_TIMER_EXPIRE", "NORMAL_TEMPORARY_FAILURE", "NETWORK_OUT_OF_ORDER", "DESTINATION_OUT_OF_ORDER", "SRTP_READ_ERROR"]);

export class LostPhones {
  readonly #context: ControlContext;
  /** Legs whose phone may still come back. Bounded by the live legs. */
  readonly #missing = new Map<Channel, NodeJS.Timeout>();
  /** Calls on hold for a lost phone, each with its next look. Bounded by the calls. */
  readonly #held = new Map<Call, NodeJS.Timeout | null>();
  /** Of these calls nobody is rung until the phone registers again. */
  readonly #resting = new WeakSet<Call>();
  /** Of these calls the phone is being rung, or was rung in vain a moment ago. */
  readonly #tried = new WeakSet<Call>();
  /** Ended legs that have been looked at. */
  readonly #seen = new WeakSet<Channel>();
  readonly #stop: () => void;
  #closed = false;

  constructor(context: ControlContext) {
    this.#context = context;
    this.#stop = context.phones.onChange((change) => void this.#onPhone(change));
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    for (const timer of [...this.#missing.values(), ...this.#held.values()]) clearTimeout(timer ?? undefined);
    this.#missing.clear();
    this.#held.clear();
  }

  /** Checks a call that changed, has ended, or whose last activity has ended. */
  look(call: Call): void {
    if (this.#closed) return;
    for (const leg of [...call.legs, ...call.supervisorLegs]) this.#expect(leg);
    this.#keepCaller(call);
    if (call.ended || call.lost === null) {
      clearTimeout(this.#held.get(call) ?? undefined);
      this.#held.delete(call);
      this.#tried.delete(call);
    } else this.#care(call);
  }

  async #onPhone({ type, agent, gone }: AgentPhoneChange): Promise<void> {
    const { registry, directory } = this.#context;
    const domain = directory.organization(agent.organizationId)?.domain;
    if (domain === undefined) return;
    const address = `${agent.extension}@${domain}`;
    const legs = [...registry.index.organization(agent.organizationId).channels.values()].filter((leg) => leg.presence === address && leg.answered && !leg.hungUp);
    await Promise.all(legs.map((leg) => this.#compare(leg, gone)));
    if (type !== "added") return;
    for (const call of [...this.#held.keys()].filter(({ organizationId, lost }) => organizationId === agent.organizationId && lost === agent.agentId)) {
      this.#resting.delete(call);
      this.#tried.delete(call);
      this.#care(call);
    }
  }

  /** Never rejects. */
  async #compare(leg: Channel, gone: readonly Phone[]): Promise<void> {
    const here = gone.filter(({ node }) => node === leg.node);
    if (here.length === 0) return;
    try {
      const contact = await this.#contactOf(leg);
      if (here.some((phone) => isSameContact(phone.contact, contact))) this.#mark(leg, this.#context.registry.now(leg.node));
    } catch (error) {
      this.#context.logger.debug({ err: error, channel: leg.uuid }, "FreeSWITCH could not be asked whose phone a leg is");
    }
  }

  #mark(leg: Channel, lostAt: Date | null): void {
    if (leg.hungUp) return;
    const { registry } = this.#context;
    this.#forget(leg);
    registry.annotateLeg(leg, { lostAt });
    if (leg.call !== null) registry.markChanged(leg.call);
  }

  #forget(leg: Channel): void {
    clearTimeout(this.#missing.get(leg));
    this.#missing.delete(leg);
  }

  async #contactOf(leg: Channel): Promise<string> {
    const variable = leg.columns.direction === "inbound" ? CALLED_FROM : CALLED_AT;
    return (await nodeOf(this.#context, leg).api(commands.getVariable(leg.uuid, variable))).trim();
  }

  /** FreeSWITCH's own answer, which lags a little behind its events: a phone may have come back by another connection before the end of the old one is told. */
  async #isRegistered(leg: Channel, contact: string): Promise<boolean> {
    const [user = "", domain = ""] = leg.presence.split("@");
    const contacts = await nodeOf(this.#context, leg).api(commands.contact(extension(user, "user"), domainName(domain, "domain")));
    return contacts.split(",").some((each) => isSameContact(each.trim(), contact));
  }

  /** Gives a phone the time to come back. */
  #expect(leg: Channel): void {
    const { registry, settings } = this.#context;
    if (leg.lostAt === null || leg.hungUp) this.#forget(leg);
    else if (!this.#missing.has(leg)) {
      this.#later(leg, Math.max(0, leg.lostAt.getTime() + settings.lostPhoneS * 1000 - registry.now(leg.node).getTime()));
    }
  }

  #later(leg: Channel, ms: number): void {
    if (!this.#closed) this.#missing.set(leg, setTimeout(() => void this.#lose(leg), ms));
  }

  async #lose(leg: Channel): Promise<void> {
    const { activities, logger } = this.#context;
    const { call } = leg;
    this.#missing.delete(leg);
    if (leg.hungUp || leg.lostAt === null) return;
    try {
      if (await this.#isRegistered(leg, await this.#contactOf(leg))) return this.#mark(leg, null);
      if (call === null || leg.role === "supervisor" || leg.program !== null) await release(this.#context, leg);
      else await activities.run(call.id, { name: "lostPhone", by: SYSTEM }, (signal) => this.#letGo(leg, signal));
    } catch (error) {
      logger.warn({ err: error, channel: leg.uuid }, "the leg of a lost phone could not be ended; retrying");
    }
    if (!leg.hungUp && !this.#missing.has(leg)) this.#later(leg, this.#context.settings.againMs);
  }

  async #letGo(leg: Channel, signal: AbortSignal): Promise<void> {
    const { call, agentId } = leg;
    if (call === null || leg.hungUp || leg.lostAt === null) return;
    const far = agentId === null || call.mode === "parked" ? null : otherThan(leg, call);
    if (far !== null && agentId !== null) await this.#hold(call, far, leg, agentId, signal);
    await release(this.#context, leg);
  }

  async #hold(call: Call, far: Channel, leg: Channel, agentId: string, signal: AbortSignal): Promise<void> {
    const { registry } = this.#context;
    const { mode } = call;
    if (call.lost === agentId) return;
    registry.annotate(call, { mode: "held", lost: agentId });
    if (mode !== "held") {
      try {
        await part(this.#context, far, leg.partner === far ? leg : null, signal);
      } catch (error) {
        if (!far.parked) registry.annotate(call, { mode });
        throw error;
      }
      playMusic(this.#context, far);
    } else if (hasPutAside(far, call)) playMusic(this.#context, far);
    this.#tell(call, agentId, "held");
    // The agent's consultation ends with the agent's leg; the other party's goes on.
    await Promise.all(call.legs.filter((each) => each.consult && each.partner !== far).map((each) => release(this.#context, each)));
  }

  /** FreeSWITCH has ended the leg of a phone that sent nothing any more, and left the other party parked. */
  #keepCaller(call: Call): void {
    const { registry, activities } = this.#context;
    if (call.ended || call.lost !== null || activities.busy(call.id)) return;
    // What an act rang meanwhile, such as the target of a transfer, may have ended later than the owner's leg.
    const owners = call.endedLegs.findLast(({ answered, agentId }) => answered && agentId !== null && agentId === call.owner);
    const leg = [call.endedLegs.at(-1), owners].find((each) => each !== undefined && !this.#seen.has(each) && hasVanished(call, each));
    const lost = leg?.agentId;
    if (leg === undefined || lost == null) return;
    const { mode } = call;
    const far = otherThan(undefined, call);
    // FreeSWITCH may be about to park it.
    if (call.queue !== null || mode === "parked" || far === null || (!far.parked && far.partner?.consult !== true)) return;
    this.#seen.add(leg);
    registry.annotate(call, { mode: "held", lost });
    if (mode === null || hasPutAside(far, call)) playMusic(this.#context, far);
    this.#tell(call, lost, "held");
  }

  /** Rings the lost phone when it is back and free, and gives up after the limit. */
  #care(call: Call): void {
    if (!this.#held.has(call)) this.#held.set(call, null);
    if (this.#context.activities.busy(call.id) || this.#closed || this.#tried.has(call)) return;
    // Who waits for the phone consults somebody meanwhile: the end of that has the call looked at again.
    if (otherThan(undefined, call)?.partner?.consult === true) return;
    const restMs = this.#restMs(call);
    if (this.#isBack(call)) void this.#ring(call);
    else if (this.#resting.has(call)) return;
    else if (restMs <= 0) void this.#giveUp(call);
    else this.#lookIn(call, Math.min(restMs, this.#context.settings.againMs));
  }

  #restMs(call: Call): number {
    const { registry, settings } = this.#context;
    return (call.parkedAt?.getTime() ?? 0) + settings.lostPhoneReturnS * 1000 - registry.now(call.node).getTime();
  }

  #lookIn(call: Call, ms: number): void {
    clearTimeout(this.#held.get(call) ?? undefined);
    const look = (): void => {
      this.#tried.delete(call);
      this.look(call);
    };
    this.#held.set(call, setTimeout(look, ms));
  }

  #isBack(call: Call): boolean {
    const { phones, registry } = this.#context;
    const { lost, organizationId } = call;
    if (lost === null || organizationId === null || this.#resting.has(call)) return false;
    // A phone that rings for it already may have been rung before a restart.
    const isBusy = [...registry.index.ofAgent(organizationId, lost)].some((other) => other.legs.some((leg) => leg.agentId === lost && (other !== call || !leg.answered)));
    return !isBusy && phones.nodesOf(organizationId, lost).includes(call.node);
  }

  async #ring(call: Call): Promise<void> {
    const { activities, logger } = this.#context;
    // The end of the activity has the call looked at again.
    this.#tried.add(call);
    let isRefused = false;
    try {
      await activities.run(call.id, { name: "return", by: SYSTEM }, (signal) => this.#join(call, signal));
    } catch (error) {
      if (call.ended || this.#closed) return;
      logger.info({ err: error, call: call.id }, "a lost phone is back and was not answered");
      isRefused = error instanceof CallplaneError && error.code === "CALL_REJECTED";
    }
    if (call.ended || call.lost === null || this.#closed) return;
    if (isRefused || this.#restMs(call) <= 0) await this.#giveUp(call);
    else this.#lookIn(call, this.#context.settings.againMs);
  }

  async #join(call: Call, signal: AbortSignal): Promise<void> {
    const { lost } = call;
    const far = otherThan(undefined, call);
    if (lost === null || far === null) return;
    const near = call.legOf(lost);
    if (near?.parked === true && near.lostAt === null) await join(this.#context, far, near, signal);
    else await ringBack(this.#context, call, far, lost, signal);
    this.#tell(call, lost, "joined");
  }

  async #giveUp(call: Call): Promise<void> {
    const { activities, registry, directory, logger } = this.#context;
    this.#resting.add(call);
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
        this.#tell(call, lost, returns ? "queued" : "kept");
      });
    } catch (error) {
      this.#resting.delete(call);
      if (call.ended || this.#closed) return;
      logger.warn({ err: error, call: call.id }, "a caller whose agent's phone is lost could not be sent back to the department; retrying");
      this.#lookIn(call, this.#context.settings.againMs);
    }
  }

  #tell(call: Call, agent: string, outcome: LostPhoneOutcome): void {
    this.#context.logger.info({ call: call.id, agent, outcome }, "the phone of an agent vanished in a call");
    this.#context.announce({ type: "call.phone.lost", call: subjectOf(this.#context.registry, call), agent, outcome });
  }
}

/** Whether an agent's phone has vanished, and left the call to nobody else. */
const hasVanished = (call: Call, { agentId, answered, role, consult, hangupCause }: Channel): boolean =>
  agentId !== null && answered && role === "agent" && !consult && VANISHED.has(hangupCause) && !call.endedByRequest && call.legOf(agentId) === undefined;

/** Whether the party whose phone is lost was on hold for this one, who waits in silence now. Whoever is on hold themselves has music, and whoever consults somebody talks. */
const hasPutAside = ({ agentId, partner }: Channel, { owner }: Call): boolean => agentId !== null && agentId === owner && partner === null;

/** Whom an agent's leg leaves behind: the caller, or the colleague. Null when that is nobody who has answered, or there are others. */
function otherThan(leg: Channel | undefined, call: Call): Channel | null {
  if (call.inConference || leg?.consult === true || leg?.role === "customer") return null;
  const far = call.customer ?? leg?.partner ?? onlyOther(leg, call);
  return far !== undefined && far !== leg && far.answered && !far.hungUp && !far.consult ? far : null;
}

/** The only one besides the leg, or besides whose phone is lost, and whom they consult. */
function onlyOther(leg: Channel | undefined, call: Call): Channel | undefined {
  const [one, ...more] = call.legs.filter((each) => each !== leg && !each.consult && (call.lost === null || each.agentId !== call.lost));
  return more.length === 0 ? one : undefined;
}
