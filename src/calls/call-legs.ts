/** Operations on the legs of a call, for the rooms that decide about calls. No face uses it. */
import { CallplaneError, conflict, notFound, type ErrorCode } from "../errors.js";
import { channelUuid, commands, dtmfDigits, mediaSource, queueName, variableName, variableValue } from "../freeswitch/index.js";
import type { Actor, Organization } from "../people/index.js";
import type { Activities } from "./activities.js";
import type { Call } from "./call.js";
import type { Questions } from "./questions.js";
import { KEY_PRESSED } from "./channel-events.js";
import type { Channel } from "./channel.js";
import { confirmed, whileUp } from "./control/confirm.js";
import { attempt, newUuid, nodeOf, organizationOf, type ControlContext } from "./control/context.js";
import { answered, codeOf, end, joinAnswered, playMusic, release, ring } from "./control/legs.js";
import { originate } from "./control/originate.js";
import { newRecording, recordLeg } from "./control/recording.js";
import { callerOf, phoneOf, resolvePhone, ringing } from "./control/targets.js";
import type { OfferEnd, TracedCall, TracedLeg } from "./trace.js";
import type { WaitingStage } from "./types.js";

export interface LiveLeg extends TracedLeg, Pick<Channel, "parked" | "variables" | "program" | "inConference" | "hangupOnStar" | "ring"> {
  readonly partner: LiveLeg | null;
}

export interface LiveCall extends TracedCall, Pick<Call, "queuedAt" | "priority" | "stage" | "ownSounds" | "endedByRequest" | "endedLegs"> {
  readonly legs: readonly LiveLeg[];
  readonly customer: LiveLeg | undefined;
}

export interface LegsChange {
  /** `key`: a caller pressed the key that is bound. */
  readonly type: "changed" | "ended" | "key";
  readonly call: LiveCall;
}

/** An agent's phone, or a number that the organization may dial. */
export type RungPhone = { readonly agentId: string } | { readonly number: string };

export interface CallBackOptions {
  /** Seconds that the agent's phone rings. */
  readonly ringS: number;
  /** `nodeOfPhone`. */
  readonly node: string;
  readonly signal: AbortSignal;
}

export interface CallBack {
  /** The call's id. */
  readonly id: string;
  /** Whether the number answered; false when the call ended without that. Never rejects. */
  readonly reached: Promise<boolean>;
}

/** The longest sound that is played to its end. */
const SOUND_MS = 300_000;
const MUSIC_BEGINS_MS = 1500;
/** How long a callback rings the number at most; FreeSWITCH's own limit of an originate is 60 s. */
const CALL_BACK_MS = 180_000;

const systemOf = (organizationId: number): Actor => ({ name: "system", role: "service", organizationId, agentId: null, permissions: new Set(), tokenId: "" });

/** Every operation throws Conflict for a leg that has hung up, SwitchUnavailable or Timeout. Aborting `signal` cancels it. */
export class CallLegs {
  readonly activities: Activities;
  readonly #context: ControlContext;
  readonly #questions: Pick<Questions, "asking">;

  constructor(context: ControlContext, questions: Pick<Questions, "asking">) {
    this.#context = context;
    this.#questions = questions;
    this.activities = context.activities;
  }

  /** After each change; handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onChange(handler: (change: LegsChange) => void): () => void {
    return this.#context.registry.onChange(({ type, call }) => {
      if (type === "supervision" || type === "quiet" || type === "created" || type === "program") return;
      handler({ type: type === "updated" ? "changed" : type, call });
    });
  }

  all(): Iterable<LiveCall> {
    return this.#context.registry.index.calls.values();
  }

  find(callId: string): LiveCall | undefined {
    return this.#context.registry.index.find(callId);
  }

  /** `talking`: two legs are joined. */
  stateOf(callId: string): "talking" | "alive" | "gone" {
    const call = this.find(callId);
    if (call === undefined) return "gone";
    return call.legs.some((leg) => leg.partner !== null) ? "talking" : "alive";
  }

  /** Resolves when the state of all legs is known again; null: it is known now. */
  get unclear(): Promise<void> | null {
    return this.#questions.asking;
  }

  /** Whether this FreeSWITCH is one of ours, connected, and its calls are known; null: every one. */
  knows(name: string | null): boolean {
    const nodes = this.#context.nodes.all().filter((node) => name === null || node.name === name);
    return nodes.length > 0 && nodes.every((node) => node.status().state === "ready");
  }

  /** The FreeSWITCH that reaches the agent's phone. Throws USER_NOT_REGISTERED, SwitchUnavailable. */
  nodeOfPhone(organizationId: number, agentId: string): string {
    return this.#context.phones.nodeFor(phoneOf(this.#context, this.#organization(organizationId), agentId).user, null).name;
  }

  /** Into a department's queue, anew. Throws NotFound for a department that does not exist. */
  queue({ id }: LiveCall, department: string): void {
    const { directory, registry } = this.#context;
    const call = this.#call(id);
    const queue = queueName(department, "department");
    if (!directory.hasDepartment(organizationOf(this.#context, call).id, queue)) throw notFound(`The department ${queue}`);
    registry.annotate(call, { queue });
  }

  stage({ id }: LiveCall, stage: WaitingStage): void {
    this.#context.registry.annotate(this.#call(id), { stage });
  }

  /** Rings a phone for a caller's leg (`guard`), until that leg ends; an agent's phone rings on when Callplane stops. Resolves with the phone's leg when it has answered; throws NO_ANSWER, USER_BUSY, NUMBER_NOT_ALLOWED, … */
  ring({ id }: LiveCall, phone: RungPhone, ringS: number, guard: LiveLeg, signal: AbortSignal): Promise<LiveLeg> {
    const context = this.#context;
    const call = this.#call(id);
    const organization = organizationOf(context, call);
    const target = "agentId" in phone ? phoneOf(context, organization, phone.agentId) : resolvePhone(context, organization, { type: "phonenumber", to: phone.number });
    return ring(context, { call, ...ringing(target, callerOf(call)), guard: this.#leg(guard), ringS, outlives: "agentId" in phone }, signal);
  }

  /** As `ring`, for a phone that rings already. */
  answered(leg: LiveLeg, guard: LiveLeg, signal: AbortSignal): Promise<LiveLeg> {
    return answered(this.#context, this.#leg(leg), this.#leg(guard), signal);
  }

  /** Joins a caller with a phone that has answered. When that fails the phone is released, and the caller goes on waiting. */
  join(caller: LiveLeg, leg: LiveLeg, signal: AbortSignal): Promise<void> {
    return joinAnswered(this.#context, this.#leg(caller), this.#leg(leg), signal, leg.agentId !== null);
  }

  /** Ends a leg that is no longer needed; a failure is only logged. */
  release({ uuid }: LiveLeg): Promise<void> {
    return release(this.#context, this.#context.registry.channel(uuid));
  }

  end(leg: LiveLeg): Promise<void> {
    return end(this.#context, this.#leg(leg));
  }

  /** Resolves when the leg hangs up, or the time is over. */
  async hungUpWithin(leg: LiveLeg, ms: number, signal: AbortSignal): Promise<void> {
    await this.#within(this.#leg(leg), "CHANNEL_HANGUP", ({ hungUp }) => hungUp, ms, signal);
  }

  /**
   * Stops what plays, including music that is about to begin: a dialplan's `sched_broadcast` begins up to a second after the park (switch_scheduler.c), and FreeSWITCH
   * executes nothing on a leg while a broadcast plays.
   */
  async silence(leg: LiveLeg, signal: AbortSignal): Promise<void> {
    const channel = this.#leg(leg);
    await this.#within(channel, "PLAYBACK_START", ({ playing, hungUp }) => playing || hungUp, MUSIC_BEGINS_MS, signal);
    await this.interrupt(leg);
  }

  /** Stops what plays now. */
  async interrupt(leg: LiveLeg): Promise<void> {
    await attempt(this.#context, nodeOf(this.#context, this.#leg(leg)), commands.breakAll(this.#leg(leg).uuid));
  }

  /** Plays to the end; a sound that FreeSWITCH does not have is silence. */
  async play(leg: LiveLeg, sound: string, signal: AbortSignal): Promise<void> {
    const channel = this.#leg(leg);
    const node = nodeOf(this.#context, channel);
    const eventUuid = newUuid();
    const source = mediaSource(sound, "sound");
    await confirmed(this.#context, node, () => node.send(commands.execute(channel.uuid, "playback", source, eventUuid)), {
      uuids: [channel.uuid],
      proof: () => whileUp(channel.completed === eventUuid, [channel, "leg"]),
      of: "CHANNEL_EXECUTE_COMPLETE of playback",
      signal,
      timeoutMs: SOUND_MS,
    });
  }

  /** Plays music until something else happens to the leg; null: FreeSWITCH's hold music. Does not wait for it. */
  music(leg: LiveLeg, source: string | null): void {
    playMusic(this.#context, this.#leg(leg), source === null ? undefined : mediaSource(source, "music"));
  }

  /** Reports the press of this digit as a `key` change, until the caller talks to somebody. */
  async bindKey(leg: LiveLeg, key: string): Promise<void> {
    const channel = this.#leg(leg);
    const [name = "", value = ""] = KEY_PRESSED.split("=");
    await nodeOf(this.#context, channel).send(commands.bindDigit(channel.uuid, dtmfDigits(key, "key"), variableName(name, "variable"), variableValue(value, "value"), newUuid()));
    this.#context.registry.annotateLeg(channel, { keyBound: true });
  }

  /** Records what the leg says to the department until it hangs up; gives the path on FreeSWITCH's disk. The records know whose message it is before this resolves. */
  async record(leg: LiveLeg, department: string, signal: AbortSignal): Promise<string> {
    const channel = this.#leg(leg);
    const { acted, registry } = this.#context;
    const { id, path } = newRecording(this.#context, channel);
    await recordLeg(this.#context, channel, path, signal);
    await acted({ callId: channel.call?.id ?? leg.uuid, at: registry.now(channel.node), actor: "system", role: "service", agentId: null, action: "record", outcome: "done", detail: { action: "start", id, department } });
    return path;
  }

  /** Records that an agent's phone rang for a caller without success; `department`: where nobody waits on the call, but is to be called back. */
  offered({ id, node }: Pick<LiveCall, "id" | "node">, agentId: string, outcome: OfferEnd, code: ErrorCode, rangMs: number, department?: string): void {
    const { acted, registry } = this.#context;
    void acted({ callId: id, at: registry.now(node), actor: "system", role: "service", agentId, action: "offer", outcome, detail: { code, rangMs: String(rangMs), ...(department === undefined ? {} : { department }) } });
  }

  /** Records that a department sends a waiting caller elsewhere, or that this has failed and the caller waits on. */
  overflows({ id, node }: Pick<LiveCall, "id" | "node">, department: string, to: string, outcome: "done" | "failed"): void {
    const { acted, registry } = this.#context;
    void acted({ callId: id, at: registry.now(node), actor: "system", role: "service", agentId: null, action: "overflow", outcome, detail: { department, to } });
  }

  /** The number in E.164. Throws NUMBER_NOT_ALLOWED when the organization may not call it back. */
  callbackNumber(organizationId: number, number: string): string {
    return this.#context.policy.callbackTo(this.#organization(organizationId), number);
  }

  /** Rings the agent's phone for `ringS` seconds, then dials the number; the call gets the id `callId`, a uuid. Throws what the phone says; DIAL_LIMIT, NUMBER_NOT_ALLOWED or SwitchUnavailable before it rings. */
  async callBack(callId: string, organizationId: number, agentId: string, number: string, { ringS, node, signal }: CallBackOptions): Promise<CallBack> {
    const { registry } = this.#context;
    const request = { agent: agentId, target: { type: "phonenumber", to: number } } as const;
    const actor = systemOf(organizationId);
    // The department dials, not the agent: the agent's own prefixes do not count.
    const dialler = { name: "system", agentId: null };
    const { id } = await this.activities.beside(callId, { name: "callback", by: actor }, () =>
      originate(this.#context, actor, this.#organization(organizationId), request, { ringS, node, signal, uuid: channelUuid(callId), dialler }));
    const leg = registry.channel(id);
    if (leg === undefined) return { id, reached: Promise.resolve(false) };
    const joined = registry.proofs.until([id], () => (leg.partner !== null ? true : leg.hungUp ? false : undefined), { of: "CHANNEL_BRIDGE", timeoutMs: CALL_BACK_MS, node: leg.node });
    // The wait fails when the node goes down; the picture decides then.
    return { id, reached: joined.catch(() => this.stateOf(id) === "talking") };
  }

  async #within(channel: Channel, of: string, is: (channel: Channel) => boolean, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#context.registry.proofs.until([channel.uuid], () => (is(channel) ? true : undefined), { of, timeoutMs, signal, node: channel.node });
    } catch (error) {
      if (!(error instanceof CallplaneError) || error.code !== "Timeout") throw error;
      return false;
    }
  }

  #call(id: string): Call {
    const call = this.#context.registry.index.find(id);
    if (call === undefined) throw conflict(`The call ${id} has ended.`);
    return call;
  }

  #leg({ uuid }: LiveLeg): Channel {
    const channel = this.#context.registry.channel(uuid);
    if (channel === undefined || channel.hungUp) throw conflict("The leg hung up.");
    return channel;
  }

  #organization(id: number): Organization {
    const organization = this.#context.directory.organization(id);
    if (organization === undefined) throw conflict("There is no such organization.");
    return organization;
  }
}

export { codeOf };
