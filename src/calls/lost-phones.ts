/**
 * Phones that vanish in a call: a page that is closed or reloaded, a phone without power. The other party is put on hold with music, the dead leg is ended, and the
 * phone is rung again as soon as it is back.
 */
import { commands, domainName, extension, variableName } from "../freeswitch/index.js";
import { isSameContact, type AgentPhoneChange, type Phone } from "../phones/index.js";
import { SYSTEM } from "./activities.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { nodeOf, type ControlContext } from "./control/context.js";
import { part, playMusic, release } from "./control/legs.js";
import { otherThan, ReturningPhones, tellOfLostPhone } from "./returning-phones.js";

/** The contact of a phone that FreeSWITCH called, and of one that called. */
const CALLED_AT = variableName("sip_destination_url", "variable");
const CALLED_FROM = variableName("sip_contact_uri", "variable");
/** How FreeSWITCH ends the leg of a phone that sends nothing, or does not answer within the dialog. */
const VANISHED: ReadonlySet<string> = new Set(["MEDIA_TIMEOUT", "RECOVERY_ON_TIMER_EXPIRE", "NORMAL_TEMPORARY_FAILURE", "NETWORK_OUT_OF_ORDER", "DESTINATION_OUT_OF_ORDER", "SRTP_READ_ERROR"]);

export class LostPhones {
  readonly #context: ControlContext;
  /** Legs whose phone may still come back, each with the end of its time; null while FreeSWITCH is asked, and the leg is ended. Bounded by the live legs. */
  readonly #missing = new Map<Channel, NodeJS.Timeout | null>();
  readonly #returning: ReturningPhones;
  /** Ended legs that have been looked at. */
  readonly #seen = new WeakSet<Channel>();
  readonly #stop: () => void;
  #closed = false;

  constructor(context: ControlContext) {
    this.#context = context;
    this.#returning = new ReturningPhones(context);
    this.#stop = context.phones.onChange((change) => void this.#onPhone(change));
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#returning.close();
    for (const timer of this.#missing.values()) clearTimeout(timer ?? undefined);
    this.#missing.clear();
  }

  /** Checks a call that changed, has ended, or whose last activity has ended. */
  look(call: Call): void {
    if (this.#closed) return;
    for (const leg of [...call.legs, ...call.supervisorLegs]) this.#expect(leg);
    this.#keepCaller(call);
    this.#returning.look(call);
  }

  async #onPhone({ agent, gone }: AgentPhoneChange): Promise<void> {
    const { registry, directory } = this.#context;
    this.#returning.gone(agent.organizationId, agent.agentId);
    const domain = directory.organization(agent.organizationId)?.domain;
    if (domain === undefined) return;
    const address = `${agent.extension}@${domain}`;
    const legs = [...registry.index.organization(agent.organizationId).channels.values()].filter((leg) => leg.presence === address && leg.answered && !leg.hungUp);
    await Promise.all(legs.map((leg) => this.#compare(leg, gone)));
    this.#returning.back(agent.organizationId, agent.agentId);
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
    clearTimeout(this.#missing.get(leg) ?? undefined);
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
    if (leg.hungUp || leg.lostAt === null) return this.#forget(leg);
    this.#missing.set(leg, null);
    try {
      if (await this.#isRegistered(leg, await this.#contactOf(leg))) {
        this.#forget(leg);
        return this.#mark(leg, null);
      }
      if (call === null || leg.role === "supervisor" || leg.program !== null) await release(this.#context, leg);
      else await activities.run(call.id, { name: "lostPhone", by: SYSTEM }, (signal) => this.#letGo(leg, signal));
    } catch (error) {
      logger.warn({ err: error, channel: leg.uuid }, "the leg of a lost phone could not be ended; retrying");
    }
    if (this.#missing.get(leg) !== null) return;
    this.#missing.delete(leg);
    if (!leg.hungUp) this.#later(leg, this.#context.settings.againMs);
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
    tellOfLostPhone(this.#context, call, agentId, "held");
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
    tellOfLostPhone(this.#context, call, lost, "held");
  }
}

/** Whether an agent's phone has vanished, and left the call to nobody else. */
const hasVanished = (call: Call, { agentId, answered, role, consult, hangupCause }: Channel): boolean =>
  agentId !== null && answered && role === "agent" && !consult && VANISHED.has(hangupCause) && !call.endedByRequest && call.legOf(agentId) === undefined;

/** Whether the party whose phone is lost was on hold for this one, who waits in silence now. Whoever is on hold themselves has music, and whoever consults somebody talks. */
const hasPutAside = ({ agentId, partner }: Channel, { owner }: Call): boolean => agentId !== null && agentId === owner && partner === null;
