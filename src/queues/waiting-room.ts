import type { LegsChange, LiveCall, LiveLeg } from "../calls/index.js";
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import { Line } from "./line.js";
import type { SentTo } from "./sent-on.js";
import type { LineChange, LineEnd, QueueChange, WaitingCaller } from "./waiting.js";

/** The part of a call that says whether its caller waits. */
export interface WaitingCall extends Pick<LiveCall, "id" | "node" | "organizationId" | "queue" | "queuedAt" | "enteredAt" | "ended" | "endedByRequest" | "priority" | "stage" | "from" | "fromName" | "owner"> {
  readonly customer: WaitingLeg | undefined;
  readonly legs: readonly WaitingLeg[];
  readonly endedLegs: readonly Pick<LiveCall["endedLegs"][number], "role" | "lost" | "hangupCause">[];
}

interface WaitingLeg extends Pick<LiveLeg, "agentId" | "answered"> {
  /** Whom the leg talks to. */
  readonly partner: object | null;
}

export interface WaitingRoomSource {
  all(): Iterable<WaitingCall>;
  find(callId: string): object | undefined;
  onChange(handler: (change: Pick<LegsChange, "type"> & { readonly call: WaitingCall }) => void): () => void;
}

/** The only keeper of who waits, and in which order. It follows the calls. */
export class WaitingRoom {
  readonly #calls: WaitingRoomSource;
  readonly #sentTo: (callId: string) => SentTo | null;
  /** By call. Bounded by the calls that wait. */
  readonly #callers = new Map<string, WaitingCaller>();
  /** By department, without callers who leave a message. Bounded by the calls that wait: an empty one leaves. */
  readonly #lines = new Map<string, Line<WaitingCaller>>();
  readonly #listeners: Listeners<[QueueChange]>;
  readonly #lineListeners: Listeners<[LineChange]>;
  readonly #stop: () => void;

  /** @param sentTo where the department sends the caller; null: nowhere */
  constructor(calls: WaitingRoomSource, logger: Logger, sentTo: (callId: string) => SentTo | null = () => null) {
    this.#calls = calls;
    this.#sentTo = sentTo;
    this.#listeners = new Listeners("who waits", logger, ({ type }) => ({ change: type }));
    this.#lineListeners = new Listeners("the departments' lines", logger, ({ caller: { id } }) => ({ call: id }));
    this.#stop = calls.onChange(({ type, call }) => {
      if (type !== "key") return this.#follow(call);
      const caller = this.#callers.get(call.id);
      if (caller !== undefined) this.#listeners.tell({ type: "key", caller });
    });
    for (const call of calls.all()) this.#follow(call);
  }

  /** Idempotent. */
  close(): void {
    this.#stop();
    this.#listeners.clear();
    this.#lineListeners.clear();
  }

  /** All callers, including those who leave a message. */
  all(): Iterable<WaitingCaller> {
    return this.#callers.values();
  }

  /** How many wait in the department. */
  count(organizationId: number, department: string): number {
    return this.#lines.get(keyOf(organizationId, department))?.length ?? 0;
  }

  /** The callers of the department, in the order in which they are to be served. */
  line(organizationId: number, department: string): Iterable<WaitingCaller> {
    return this.#lines.get(keyOf(organizationId, department)) ?? [];
  }

  /** How many callers of the department are to be served before this one. */
  ahead(caller: WaitingCaller): number {
    return this.#lines.get(keyOf(caller.organizationId, caller.department))?.ahead(caller) ?? 0;
  }

  /** Departments with waiting callers. */
  departments(): readonly Pick<WaitingCaller, "organizationId" | "department">[] {
    return [...this.#lines.values()].flatMap(({ head }) => head ?? []);
  }

  /** Handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onChange(handler: (change: QueueChange) => void): () => void {
    return this.#listeners.add(handler);
  }

  /** As `onChange`. */
  onLine(handler: (change: LineChange) => void): () => void {
    return this.#lineListeners.add(handler);
  }

  #follow(call: WaitingCall): void {
    const before = this.#callers.get(call.id);
    const now = waitingCallerOf(call);
    if (before === undefined && now === null) return;
    if (now !== null && before !== undefined && same(before, now)) return;
    const from = inLine(before) ? this.#leaveLine(before) : null;
    const to = inLine(now) ? this.#joinLine(now) : null;
    if (now === null) this.#callers.delete(call.id);
    else this.#callers.set(call.id, now);
    if (from !== to && inLine(before)) this.#lineListeners.tell({ type: "left", ...this.#lengthWith(before), ...this.#lineEnd(before, now, call) });
    if (inLine(now)) this.#lineListeners.tell({ type: from === to ? "updated" : "joined", ...this.#lengthWith(now) });
    if (before !== undefined && (now === null || now.department !== before.department || now.organizationId !== before.organizationId)) {
      this.#listeners.tell({ type: "left", caller: before, ...this.#howLeft(call) });
    }
    if (now !== null) this.#listeners.tell({ type: "waits", caller: now });
  }

  #lengthWith(caller: WaitingCaller): Pick<LineChange, "caller" | "waiting"> {
    return { caller, waiting: this.count(caller.organizationId, caller.department) };
  }

  /** @param now null: the caller waits nowhere */
  #lineEnd({ id }: WaitingCaller, now: WaitingCaller | null, call: WaitingCall): { readonly reason: LineEnd; readonly agentId: string | null } {
    const sentTo = this.#sentTo(id);
    const { how, agentId } = now === null ? this.#howLeft(call) : { how: "moved" as const, agentId: null };
    if (agentId !== null) return { reason: "answered", agentId };
    if (now?.stage === "message" || sentTo === "message") return { reason: "message", agentId };
    if (sentTo === "callback") return { reason: sentTo, agentId };
    // Whoever talks with the caller is no agent: the department's figures count that as overflowed, too.
    if (sentTo !== null || how === "answered") return { reason: "overflowed", agentId };
    return { reason: now === null && call.customer === undefined && how === "moved" && wasCutOff(call) ? "removed" : how, agentId };
  }

  /** Returns the line's key. */
  #joinLine(caller: WaitingCaller): string {
    const key = keyOf(caller.organizationId, caller.department);
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = new Line()));
    line.add(caller);
    return key;
  }

  #leaveLine(caller: WaitingCaller): string {
    const key = keyOf(caller.organizationId, caller.department);
    const line = this.#lines.get(key);
    line?.remove(caller);
    if (line?.length === 0) this.#lines.delete(key);
    return key;
  }

  #howLeft(call: WaitingCall): { readonly how: "answered" | "abandoned" | "moved"; readonly agentId: string | null } {
    // After a join, the call goes on under the other id.
    if (call.ended && this.#calls.find(call.id) !== undefined) return { how: "moved", agentId: null };
    // The legs of agents who were rung may still be there.
    if (call.ended || call.customer === undefined) return { how: wasCutOff(call) ? "moved" : "abandoned", agentId: null };
    const talks = call.legs.some((leg) => leg.partner !== null);
    return talks ? { how: "answered", agentId: call.owner } : { how: "moved", agentId: null };
  }
}

const keyOf = (organizationId: number, department: string): string => `${organizationId}/${department}`;

/** The caller has not given up: somebody hung up on the caller through Callplane, or FreeSWITCH ended. */
const wasCutOff = ({ endedByRequest, endedLegs }: WaitingCall): boolean => endedByRequest || endedLegs.some(({ role, lost, hangupCause }) => role === "customer" && (lost || hangupCause === "SYSTEM_SHUTDOWN"));

/** A caller who leaves a message is not in the line. */
const inLine = (caller: WaitingCaller | null | undefined): caller is WaitingCaller => caller != null && caller.stage !== "message";

/** Null for a call that waits in no department. While FreeSWITCH joins the caller, who is unparked then, the caller still waits. */
function waitingCallerOf(call: WaitingCall): WaitingCaller | null {
  const { queue, organizationId, queuedAt, enteredAt, ended, customer } = call;
  if (ended || queue === null || organizationId === null || queuedAt === null || customer === undefined || !customer.answered) return null;
  return { id: call.id, organizationId, department: queue, node: call.node, priority: call.priority, joinedAt: queuedAt.getTime(), enteredAt: (enteredAt ?? queuedAt).getTime(), stage: call.stage, number: call.from, fromName: call.fromName, ringing: call.legs.flatMap((leg) => (leg === customer || leg.agentId === null ? [] : [leg.agentId])) };
}

function same(a: WaitingCaller, b: WaitingCaller): boolean {
  return a.organizationId === b.organizationId && a.department === b.department && a.priority === b.priority && a.joinedAt === b.joinedAt && a.enteredAt === b.enteredAt && a.stage === b.stage && a.number === b.number && a.fromName === b.fromName && a.ringing.join() === b.ringing.join();
}
