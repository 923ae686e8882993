import { conflict, notFound } from "../errors.js";
import { channelUuid, hangupCause, type RecordAction } from "../freeswitch/index.js";
import { assertMayAct, assertMayActOn, assertMayPickUp, assertReadable, assertStillMayAct, sameOrganization } from "./access.js";
import { longestWaiting, organizationFor, readFilter } from "./asked-for.js";
import { audited, auditedAlone, auditedEnd, type Told } from "./audited.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import type { AttributesPatch } from "./attributes.js";
import { setAttributes } from "./control/attributes.js";
import { bridgeCalls } from "./control/bridge.js";
import { conference, leave } from "./control/conference.js";
import { cancel, completeConsult, consult, swapConsult } from "./control/consult.js";
import { newUuid, type ControlContext } from "./control/context.js";
import { hangup } from "./control/hangup.js";
import { hold, resume } from "./control/hold.js";
import { end } from "./control/legs.js";
import { dtmf, mute, record } from "./control/media.js";
import { actOnLeg } from "./control/one-leg.js";
import { move, wordsOf, type Move } from "./control/move.js";
import { originate } from "./control/originate.js";
import { park, parkOther } from "./control/park.js";
import { legNamed } from "./control/parties.js";
import { pickup } from "./control/pickup.js";
import { askForHelp, keepQuality, type HelpRequest } from "./control/told.js";
import { transfer } from "./control/transfer.js";
import { channelRows, currentCall, pageOfCalls, queuedCalls } from "./listing.js";
import type { Actor } from "../people/index.js";
import type { QualityReport } from "./quality.js";
import type { Registry } from "./registry.js";
import type { SupervisionDesk } from "./supervision.js";
import type { CallDetail, CallFilter, CallView, ChannelList, LegAct, OriginateRequest, Page, Paged, Supervised, SuperviseRequest, Target } from "./types.js";
import { detailOf, jsonOf, viewOf } from "./views.js";

/** Acts that do not need the call for themselves: they do not move its legs. */
const BESIDE: ReadonlySet<string> = new Set(["mute", "unmute", "dtmf", "record", "attributes", "help", "help.withdraw"]);

type Work<T> = (call: Call, signal: AbortSignal) => Promise<T>;

/**
 * What a face may ask of calls. Every method checks the actor: NotFound for another organization's call, NotYourCall for a colleague's, Forbidden for what
 * the role may never do. A method that acts resolves when FreeSWITCH's event has confirmed it, and throws Timeout when that does not come.
 * `callId` may be the uuid of any leg of the call but a supervisor's.
 */
export class Calls {
  readonly #context: ControlContext;
  readonly #registry: Registry;
  readonly #desk: SupervisionDesk;

  constructor(context: ControlContext, desk: SupervisionDesk) {
    this.#context = context;
    this.#registry = context.registry;
    this.#desk = desk;
  }

  list(actor: Actor, filter: CallFilter, page: Page): Paged<CallView> {
    const { calls, total, next } = pageOfCalls(this.#registry, actor, readFilter(this.#context, actor, filter), page);
    return { items: calls.map((call) => viewOf(this.#registry, actor, call)), total, next };
  }

  /** As `list`, with each call as JSON text from a cache. */
  listJson(actor: Actor, filter: CallFilter, page: Page): Paged<string> {
    const { calls, total, next } = pageOfCalls(this.#registry, actor, readFilter(this.#context, actor, filter), page);
    return { items: calls.map((call) => jsonOf(this.#registry, actor, call)), total, next };
  }

  get(actor: Actor, callId: string): CallDetail {
    return this.#detail(actor, assertReadable(this.#registry.directory, actor, this.#find(callId), callId));
  }

  details(actor: Actor, filter: CallFilter): readonly CallDetail[] {
    return pageOfCalls(this.#registry, actor, readFilter(this.#context, actor, filter), { limit: Infinity }).calls.map((call) => this.#detail(actor, call));
  }

  /** Waiting calls, longest waiting first. */
  queued(actor: Actor): readonly CallDetail[] {
    return queuedCalls(this.#registry, actor).map((call) => this.#detail(actor, call));
  }

  /** The call that the actor is on (active, else ringing, held or parked; the newest first); null when none. */
  current(actor: Actor): CallDetail | null {
    const call = currentCall(this.#registry, actor);
    return call === null ? null : this.#detail(actor, call);
  }

  channels(actor: Actor, options: { readonly domain?: string; readonly offset?: number; readonly limit?: number }): ChannelList {
    return channelRows(this.#registry, actor, options);
  }

  /** The agent's phone first, then the target. Resolves with the call's id when the agent has answered. Throws USER_BUSY, NO_ANSWER, … of the agent's phone. */
  async originate(actor: Actor, request: OriginateRequest): Promise<{ readonly id: string }> {
    const [agent, domain] = request.agent?.split("@") ?? [];
    const organization = organizationFor(this.#context, actor, domain);
    const asked = agent === undefined ? request : { ...request, agent };
    const uuid = newUuid();
    return this.#context.activities.beside(uuid, { name: "originate", by: actor }, (signal) => originate(this.#context, actor, organization, asked, { uuid, signal }));
  }

  async hold(actor: Actor, callId: string): Promise<void> {
    await this.#act(actor, callId, "hold", (call, signal) => hold(this.#context, actor, call, signal), { ownLeg: true });
  }

  async resume(actor: Actor, callId: string): Promise<void> {
    await this.#act(actor, callId, "resume", (call, signal) => resume(this.#context, actor, call, signal), { ownLeg: true });
  }

  /** Rings the target first, so that the caller is never lost. */
  async transfer(actor: Actor, callId: string, target: Target): Promise<void> {
    await this.#act(actor, callId, "transfer", (call, signal) => transfer(this.#context, actor, call, target, signal), { asked: asked(target) });
  }

  /** `seeds/004_e1e84ef2369098d3.txt`: the named leg moves to the target, the other one is released after the bridge. */
  async transferLeg(actor: Actor, callId: string, leg: "aleg" | "bleg", target: Target): Promise<void> {
    await this.#act(actor, callId, "transfer", (call, signal) => {
      const { named, other } = legNamed(call, leg);
      if (other?.role === "customer" && named.role !== "customer") throw conflict("Moving this leg would drop the caller.");
      return transfer(this.#context, actor, call, target, signal, named);
    }, { asked: asked(target) });
  }

  async park(actor: Actor, callId: string): Promise<void> {
    await this.#act(actor, callId, "park", (call, signal) => park(this.#context, actor, call, signal));
  }

  /** `seeds/004_e1e84ef2369098d3.txt`: the named leg is dropped, the other one waits `seconds` and ends then. */
  async parkLeg(actor: Actor, callId: string, leg: "aleg" | "bleg", seconds: number): Promise<void> {
    await this.#act(actor, callId, "park", (call, signal) => parkOther(this.#context, call, legNamed(call, leg).named, seconds, signal));
  }

  /** Without an id: the caller who waits longest. Resolves when the actor's phone is joined with the caller. While it rings, so do the department's phones: who answers first has the caller. */
  async pickup(actor: Actor, callId?: string): Promise<{ readonly id: string }> {
    const call = callId === undefined ? longestWaiting(this.#context, actor) : assertMayPickUp(this.#registry.directory, actor, this.#find(callId), callId);
    await audited(this.#context, actor, call, "pickup", () => pickup(this.#context, actor, call));
    return { id: call.id };
  }

  /** Joins the far ends of two calls; the result keeps the id of the call with the older customer. */
  async bridge(actor: Actor, callId: string, withCallId: string): Promise<{ readonly id: string }> {
    const one = this.#mine(actor, callId);
    const other = this.#mine(actor, withCallId);
    return { id: (await this.#join(actor, one, other)).id };
  }

  /** `seeds/002_dfba42f890073f0f.txt` `/call/transfer`: joins the actor's current call, which must be outbound, with `sourceId`. Details of both calls as they were before. */
  async joinCurrent(actor: Actor, sourceId: string): Promise<{ readonly source: CallDetail; readonly destination: CallDetail }> {
    const source = this.#mine(actor, sourceId);
    const current = currentCall(this.#registry, actor);
    if (current === null || current === source) throw conflict("Bad destination");
    // A call to a colleague counts as outbound, a call from a colleague does not.
    if (current.direction === "inbound" || (current.direction === "internal" && current.owner !== actor.agentId)) throw conflict("Cannot transfer to an inbound call.");
    const before = { source: this.#detail(actor, source), destination: this.#detail(actor, current) };
    try {
      await this.#join(actor, source, current);
    } catch (error) {
      if (source.ended) throw conflict("Call on hold hung up");
      if (current.ended) throw conflict("Destination hung up before process could complete");
      throw error;
    }
    return before;
  }

  async hangup(actor: Actor, callId: string): Promise<void> {
    // Outside the call's queue of activities: it cancels what is under way there.
    const call = this.#mine(actor, callId, { ownLeg: true });
    await auditedEnd(this.#context, actor, call, () => this.#context.activities.beside(call.id, { name: "hangup", by: actor }, () => hangup(this.#context, actor, call)));
  }

  /** Ends one channel with a cause of FreeSWITCH's table (CONTRACT §4). */
  async hangupChannel(actor: Actor, channelId: string, cause = "NORMAL_CLEARING"): Promise<void> {
    const checked = hangupCause(cause, "cause");
    const channel = this.#registry.channel(channelUuid(channelId, "channel_id"));
    if (channel === undefined || !sameOrganization(actor, channel.organizationId)) throw notFound(channelId);
    if (channel.role === "supervisor" && actor.role === "agent") throw notFound(channelId);
    const { call } = channel;
    const declines = actor.agentId !== null && channel.agentId === actor.agentId;
    if (call !== null && channel.role !== "supervisor" && !declines) assertMayAct(actor, call, channelId);
    if (call === null) await end(this.#context, channel, checked);
    else await auditedEnd(this.#context, actor, call, () => end(this.#context, channel, checked));
  }

  async mute(actor: Actor, callId: string): Promise<void> {
    await this.#act(actor, callId, "mute", (call, signal) => mute(this.#context, actor, call, true, signal), { ownLeg: true });
  }

  async unmute(actor: Actor, callId: string): Promise<void> {
    await this.#act(actor, callId, "unmute", (call, signal) => mute(this.#context, actor, call, false, signal), { ownLeg: true });
  }

  /** Changes what is noted about the call: a value that is null takes its attribute away. Throws InvalidParameter. */
  async setAttributes(actor: Actor, callId: string, patch: AttributesPatch): Promise<void> {
    await this.#act(actor, callId, "attributes", (call, signal) => setAttributes(this.#context, call, patch, signal), { asked: { names: Object.keys(patch).join(" ") } });
  }

  /** Sends the digits to whom the agent talks to. */
  async dtmf(actor: Actor, callId: string, digits: string): Promise<void> {
    await this.#act(actor, callId, "dtmf", (call) => dtmf(this.#context, actor, call, digits));
  }

  /** `start` gives the recording's id. */
  async record(actor: Actor, callId: string, action: RecordAction): Promise<{ readonly id: string } | null> {
    return this.#act(actor, callId, "record", (call, signal) => record(this.#context, actor, call, action, signal), { asked: { action }, given: (made): Readonly<Record<string, string>> => (made === null ? {} : { id: made.id }) });
  }

  /** Warm transfer: the customer is on hold while the agent talks to the target. Resolves with the consulted leg's id when it has answered. */
  async consult(actor: Actor, callId: string, target: Target): Promise<{ readonly id: string }> {
    return this.#act(actor, callId, "consult", (call, signal) => consult(this.#context, actor, call, target, signal), { asked: asked(target) });
  }

  async completeConsult(actor: Actor, callId: string): Promise<void> {
    await this.#act(actor, callId, "complete", (call, signal) => completeConsult(this.#context, actor, call, signal));
  }

  /** Ends the ringing of somebody for the call, and what rang them throws CANCELED; else ends the consultation. */
  async cancel(actor: Actor, callId: string): Promise<void> {
    const call = this.#mine(actor, callId);
    const given = (rang: boolean): Readonly<Record<string, string>> => (rang ? { ringing: "true" } : {});
    await audited(this.#context, actor, call, "cancel", () => cancel(this.#context, actor, call), { given });
  }

  /** In a consultation: the agent talks to the other one of the two. */
  async swapConsult(actor: Actor, callId: string): Promise<void> {
    await this.#act(actor, callId, "swap", (call, signal) => swapConsult(this.#context, actor, call, signal));
  }

  /** A waiting or parked caller waits elsewhere, or with another priority. For supervisors; throws NotFound for a department that there is not. */
  async move(actor: Actor, callId: string, to: Move): Promise<void> {
    await this.#act(actor, callId, "move", (call, signal) => move(this.#context, call, to, signal), { asked: wordsOf(to) });
  }

  /** Tells the supervisors that the call's agent needs help; null: does not any more. */
  async help(actor: Actor, callId: string, request: HelpRequest | null): Promise<void> {
    const told: Told<void> = request === null || request.reason === null ? {} : { asked: { reason: request.reason } };
    await this.#act(actor, callId, request === null ? "help.withdraw" : "help", async (call) => askForHelp(this.#context, actor, call, request), { ownLeg: true, ...told });
  }

  /** Keeps how good the actor's phone says that the call is; for others, the owner's phone. Throws Conflict when it has no leg. */
  quality(actor: Actor, callId: string, report: QualityReport): void {
    const call = this.#mine(actor, callId, { ownLeg: true });
    const keep = (): void => keepQuality(this.#context, actor, call, report);
    // A page tells of its own phone every few seconds.
    if (actor.agentId !== null && call.legOf(actor.agentId) !== undefined) keep();
    else auditedAlone(this.#context, actor, call, "quality", keep);
  }

  /** Null: the three of a consultation talk to each other. */
  async conference(actor: Actor, callId: string, add: Target | null): Promise<void> {
    await this.#act(actor, callId, "conference", (call, signal) => conference(this.#context, actor, call, add, signal), { asked: add === null ? {} : asked(add) });
  }

  /** The actor's phone (for others the owner's) leaves the conference. */
  async leave(actor: Actor, callId: string): Promise<void> {
    await this.#act(actor, callId, "leave", (call) => leave(this.#context, actor, call), { ownLeg: true });
  }

  /** An act on one leg alone. Hold and resume are for participants of a conference, answer for phones that ring. */
  async actOnLeg(actor: Actor, callId: string, legId: string, act: LegAct): Promise<void> {
    const call = this.#find(callId);
    if (call === undefined || !sameOrganization(actor, call.organizationId)) throw notFound(callId);
    const leg = (): Channel => assertMayActOn(actor, call, legId, act);
    leg();
    await audited(this.#context, actor, call, `leg.${act}`, () => actOnLeg(this.#context, actor, call, leg, act), { asked: { leg: legId } });
  }

  /** Resolves with the supervision as it is now; null for off. */
  async supervise(actor: Actor, callId: string, request: SuperviseRequest): Promise<Supervised | null> {
    const call = this.#find(callId);
    if (call === undefined || !sameOrganization(actor, call.organizationId)) throw notFound(callId);
    return this.#desk.supervise(actor, call, request);
  }

  #find(id: string): Call | undefined {
    return this.#registry.index.find(id);
  }

  #mine(actor: Actor, id: string, options: { readonly ownLeg?: boolean } = {}): Call {
    return assertMayAct(actor, this.#find(id), id, options);
  }

  async #act<T>(actor: Actor, id: string, name: string, work: Work<T>, options: { readonly ownLeg?: boolean } & Told<T> = {}): Promise<T> {
    const call = this.#mine(actor, id, options);
    const turn = async (signal: AbortSignal): Promise<T> => {
      assertStillMayAct(actor, call, options);
      return work(call, signal);
    };
    const activity = { name, by: actor, whileRinging: BESIDE.has(name) ? "beside" : "refused" } as const;
    return audited(this.#context, actor, call, name, () => this.#context.activities.run(call.id, activity, turn), options);
  }

  async #join(actor: Actor, one: Call, other: Call): Promise<Call> {
    const work = (): Promise<Call> => this.#context.activities.run([one.id, other.id], { name: "bridge", by: actor }, (signal) => bridgeCalls(this.#context, actor, one, other, signal));
    return audited(this.#context, actor, one, "bridge", work, { asked: { with: other.id } });
  }

  #detail(actor: Actor, call: Call): CallDetail {
    return detailOf(this.#registry, actor, call);
  }
}

const asked = ({ type, to }: Target): Readonly<Record<string, string>> => ({ type, to });
