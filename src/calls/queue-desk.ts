/** Follows the registry and tells who waits; carries out what the router decides. */
import { conflict } from "../errors.js";
import { channelUuid } from "../freeswitch/index.js";
import { Listeners } from "../listeners.js";
import type { Call } from "./call.js";
import type { ControlContext } from "./control/context.js";
import { dialOut, offer, takeOver } from "./control/offer.js";
import { originate } from "./control/originate.js";
import { endWaiting, moveTo, takeIn, takeMessage, tell } from "./control/waiting.js";
import type { Actor, Organization } from "../people/index.js";
import type { CallBack, CallQueues, Greeting, OfferOutcome, OfferPhone, QueueChange, WaitingCaller } from "./queueing.js";

/** A call back rings the number at most so long; FreeSWITCH's own limit of an originate is 60 s. */
const CALL_BACK_MS = 180_000;

const EVERYBODY_OF = (organizationId: number): Actor => ({ name: "system", role: "service", organizationId, agentId: null, permissions: new Set(), tokenId: "" });

const NOBODY: ReadonlySet<string> = new Set();

export class QueueDesk implements CallQueues {
  readonly #context: ControlContext;
  /** Bounded by the calls that wait. */
  readonly #callers = new Map<Call, WaitingCaller>();
  /** Agents with a leg in a call, to see whom it leaves. Bounded by the live calls. */
  readonly #legs = new Map<Call, ReadonlySet<string>>();
  /** How many calls an agent has a leg in. Bounded by the live legs: an agent leaves with the last one. */
  readonly #busy = new Map<string, number>();
  readonly #listeners: Listeners<[QueueChange]>;
  readonly #stop: () => void;

  constructor(context: ControlContext) {
    this.#context = context;
    this.#listeners = new Listeners("who waits", context.logger, ({ type }) => ({ change: type }));
    this.#stop = context.registry.onChange((change) => {
      if (change.type === "spy") return;
      if (change.type === "key") {
        const caller = this.#callers.get(change.call);
        if (caller !== undefined) this.#listeners.tell({ type: "key", caller });
        return;
      }
      this.#follow(change.call);
      this.#followLegs(change.call);
    });
  }

  /** Tells nothing any more. Idempotent. */
  close(): void {
    this.#stop();
    this.#listeners.clear();
  }

  waiting(): readonly WaitingCaller[] {
    return [...this.#callers.values()];
  }

  onChange(handler: (change: QueueChange) => void): () => void {
    return this.#listeners.add(handler);
  }

  isFree(organizationId: number, agentId: string): boolean {
    return !this.#busy.has(keyOf(organizationId, agentId));
  }

  async offer(callId: string, phones: readonly OfferPhone[], signal: AbortSignal): Promise<OfferOutcome> {
    return offer(this.#context, this.#find(callId), phones, signal);
  }

  async takeOver(callId: string, signal: AbortSignal): Promise<OfferOutcome> {
    return takeOver(this.#context, this.#find(callId), signal);
  }

  isHeld(callId: string): boolean {
    return this.#context.activities.termsOf(callId) !== null;
  }

  async takeIn(callId: string, greeting: Greeting, signal: AbortSignal): Promise<void> {
    await takeIn(this.#context, this.#find(callId), greeting, signal);
  }

  async tell(callId: string, sounds: readonly string[], music: string | null, signal: AbortSignal): Promise<void> {
    await tell(this.#context, this.#find(callId), sounds, music, signal);
  }

  moveTo(callId: string, department: string): void {
    moveTo(this.#context, this.#find(callId), department);
  }

  async dialOut(callId: string, number: string, ringS: number, signal: AbortSignal): Promise<void> {
    await dialOut(this.#context, this.#find(callId), number, ringS, signal);
  }

  async takeMessage(callId: string, greeting: string | null, maxS: number, signal: AbortSignal): Promise<string> {
    return takeMessage(this.#context, this.#find(callId), greeting, maxS, signal);
  }

  async end(callId: string, sound: string | null, signal: AbortSignal): Promise<void> {
    await endWaiting(this.#context, this.#find(callId), sound, signal);
  }

  callbackNumber(organizationId: number, number: string): string {
    return this.#context.policy.callbackTo(this.#organization(organizationId), number);
  }

  async callBack(callId: string, organizationId: number, agentId: string, number: string, ringS: number, signal: AbortSignal): Promise<CallBack> {
    const { registry } = this.#context;
    const request = { agent: agentId, target: { type: "phonenumber", to: number } } as const;
    // It is the department's call, whoever of its agents has it: her own prefixes do not count.
    const dialler = { name: "system", agentId: null };
    const { id } = await originate(this.#context, EVERYBODY_OF(organizationId), this.#organization(organizationId), request, { ringS, signal, uuid: channelUuid(callId), dialler });
    const leg = registry.channel(id);
    if (leg === undefined) return { id, reached: Promise.resolve(false) };
    const joined = registry.proofs.until([id], () => (leg.partner !== null ? true : leg.hungUp ? false : undefined), { of: "CHANNEL_BRIDGE", timeoutMs: CALL_BACK_MS, node: leg.node });
    // A node that went away tells nothing: what became of the call is asked for when it is back.
    return { id, reached: joined.catch(() => this.stateOf(id) === "talking") };
  }

  stateOf(callId: string): "talking" | "alive" | "gone" {
    const call = this.#context.registry.index.find(callId);
    if (call === undefined) return "gone";
    return call.legs.some((leg) => leg.partner !== null) ? "talking" : "alive";
  }

  complete(): boolean {
    return this.#context.nodes.all().every((node) => node.status().state === "ready");
  }

  #find(callId: string): Call {
    const call = this.#context.registry.index.find(callId);
    if (call === undefined) throw conflict(`The call ${callId} has ended.`);
    return call;
  }

  #organization(id: number): Organization {
    const organization = this.#context.directory.organization(id);
    if (organization === undefined) throw conflict("There is no such organization.");
    return organization;
  }

  #follow(call: Call): void {
    const before = this.#callers.get(call);
    const now = callerOf(call);
    if (before === undefined && now === null) return;
    if (now !== null && before !== undefined && same(before, now)) return;
    if (before !== undefined && (now === null || now.department !== before.department || now.organizationId !== before.organizationId)) {
      this.#callers.delete(call);
      this.#listeners.tell({ type: "left", caller: before, ...this.#howLeft(call) });
    }
    if (now === null) return;
    this.#callers.set(call, now);
    this.#listeners.tell({ type: "waits", caller: now });
  }

  #howLeft(call: Call): { readonly how: "answered" | "abandoned" | "moved"; readonly agentId: string | null } {
    // A call that was joined with another lives on under that one's id.
    if (call.ended) return { how: this.#context.registry.index.find(call.id) === undefined ? "abandoned" : "moved", agentId: null };
    // Who was rung for her is a leg still.
    if (call.customer === undefined) return { how: "abandoned", agentId: null };
    const talks = call.legs.some((leg) => leg.partner !== null);
    return talks ? { how: "answered", agentId: call.owner } : { how: "moved", agentId: null };
  }

  #followLegs(call: Call): void {
    const { organizationId } = call;
    if (organizationId === null) return;
    const before = this.#legs.get(call) ?? NOBODY;
    const now = new Set(call.ended ? [] : call.legs.flatMap(({ agentId }) => (agentId === null ? [] : [agentId])));
    if (now.size === 0) this.#legs.delete(call);
    else this.#legs.set(call, now);
    for (const agentId of now) if (!before.has(agentId)) this.#count(organizationId, agentId, 1);
    for (const agentId of before) if (!now.has(agentId)) this.#count(organizationId, agentId, -1);
  }

  #count(organizationId: number, agentId: string, step: 1 | -1): void {
    const key = keyOf(organizationId, agentId);
    const count = (this.#busy.get(key) ?? 0) + step;
    if (count > 0) this.#busy.set(key, count);
    else this.#busy.delete(key);
    this.#listeners.tell({ type: "agent", organizationId, agentId });
  }
}

const keyOf = (organizationId: number, agentId: string): string => `${organizationId}/${agentId}`;

/** Null for a call that waits in no department. While FreeSWITCH joins her she is unparked for a moment, and waits still. */
function callerOf(call: Call): WaitingCaller | null {
  const { queue, organizationId, queuedAt, ended, customer } = call;
  if (ended || queue === null || organizationId === null || queuedAt === null || customer === undefined || !customer.answered) return null;
  return { id: call.id, organizationId, department: queue, node: call.node, priority: call.priority, joinedAt: queuedAt.getTime(), stage: call.stage, number: call.from, ringing: call.legs.flatMap((leg) => (leg === customer || leg.agentId === null ? [] : [leg.agentId])) };
}

function same(a: WaitingCaller, b: WaitingCaller): boolean {
  return a.organizationId === b.organizationId && a.department === b.department && a.priority === b.priority && a.joinedAt === b.joinedAt && a.stage === b.stage && a.ringing.join() === b.ringing.join();
}
