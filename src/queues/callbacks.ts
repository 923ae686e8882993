/** Callbacks: callers who asked to be called back keep their place in the queue, also across restarts. Several processes may know and call them. */
import { randomUUID } from "node:crypto";
import { underAny, unlessAborted } from "../abort.js";
import type { CallLegs } from "../calls/index.js";
import type { AuditLog } from "../audit/index.js";
import { CallplaneError, type ErrorCode } from "../errors.js";
import type { Clock } from "../clock.js";
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import type { CallbackBound, CallbackChange, CallbackRecord, CallbackStore } from "./ports.js";
import type { WaitingCaller } from "./waiting.js";

/** How often a number is tried, and the time between two tries. */
export const CALLBACK_ATTEMPTS = 3;
const RETRY_MS = 300_000;
const DAY_MS = 86_400_000;
/** Within any 24 hours, not counting the retries of each. */
export const CALLBACKS_TO_ONE_NUMBER = 3;
/** The delay when a callback could not be tried, or its outcome is unknown. */
const LATER_MS = 60_000;
/** How often the store is read for what other processes have added and finished. */
const READ_MS = 5_000;
/** After this long, the process that made the call does not come back, and any other one recovers the callback. A live one has an outcome in minutes. */
const ABANDONED_MS = 3_600_000;
/** Errors of the number, although it was allowed when the caller asked. */
const FORBIDDEN: ReadonlySet<ErrorCode> = new Set(["NUMBER_NOT_ALLOWED", "InvalidParameter"]);

export interface CallbacksOptions {
  readonly calls: Pick<CallLegs, "callbackNumber" | "callBack" | "nodeOfPhone" | "stateOf" | "knows">;
  readonly store: Omit<CallbackStore, "list">;
  readonly directory: { organization(id: number): { readonly maxCallbacksPerDay: number } | undefined };
  readonly audit: AuditLog;
  readonly metrics: Pick<Metrics, "dialRefused">;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Aborted when Callplane stops; the next process recovers what was being called. */
  readonly signal: AbortSignal;
  /** The callback waits for an agent now, or no longer. */
  readonly ready: (callback: CallbackRecord, ready: boolean) => void;
}

/** `updated`: it is being called, is to be tried again, or was changed by somebody. `done`: the caller was reached, or is not tried any more. */
export interface CallbackNews {
  readonly type: "created" | "updated" | "done";
  readonly callback: CallbackRecord;
}

/** Told while a callback is called: the agent's phone is to ring for this call; the agent has answered. */
export interface CallingBack {
  readonly rings: (callId: string) => void;
  readonly answered: () => void;
}

const NOBODY_ASKS: CallingBack = { rings: () => undefined, answered: () => undefined };

const isOpen = ({ state }: CallbackRecord): boolean => state === "waiting" || state === "calling";

export class Callbacks {
  readonly #options: CallbacksOptions;
  /** Waiting or being called. Bounded by the callbacks that callers may ask for, and `CALLBACK_ATTEMPTS`. */
  readonly #open = new Map<string, CallbackRecord>();
  /** Those that this process is calling. Bounded by the agents' phones. */
  readonly #calling = new Set<string>();
  /** What was last told of each open one, as JSON. Bounded by what `#open` holds. */
  readonly #told = new Map<string, string>();
  readonly #news: Listeners<[CallbackNews]>;
  /** When the store was read, or is to be read anew: -Infinity. */
  #readAt = -Infinity;
  /** Changes of `#open` by this process: what was read meanwhile is older. */
  #changes = 0;

  constructor(options: CallbacksOptions) {
    this.#options = options;
    this.#news = new Listeners("callbacks", options.logger, ({ callback: { id } }) => ({ callback: id }));
  }

  /** Returns the unsubscribe function. */
  onChange(handler: (news: CallbackNews) => void): () => void {
    return this.#news.add(handler);
  }

  close(): void {
    this.#news.clear();
  }

  async load(): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    this.#readAt = now;
    const changes = this.#changes;
    const read = new Map((await store.open()).map((callback) => [callback.id, callback]));
    if (changes !== this.#changes) return;
    for (const callback of this.#open.values()) if (!read.has(callback.id)) this.#forget(callback);
    // Another process has finished it.
    for (const id of this.#told.keys()) if (!read.has(id)) this.#tell(await store.find(id), id);
    for (const callback of read.values()) {
      if (this.#calling.has(callback.id)) continue;
      this.#tell(callback);
      const known = this.#open.get(callback.id);
      this.#open.set(callback.id, callback);
      // It joins again with the priority that it has now.
      if (known !== undefined && (callback.priority !== known.priority || callback.state !== "waiting" || callback.dueAt.getTime() > now)) this.#options.ready(callback, false);
    }
  }

  get(id: string): CallbackRecord | undefined {
    return this.#open.get(id);
  }

  count(organizationId: number, department: string): number {
    let count = 0;
    for (const callback of this.#open.values()) if (callback.organizationId === organizationId && callback.department === department) count++;
    return count;
  }

  /**
   * Stores a callback, before the caller's call is ended. A caller can choose any caller id, so the countries and the number a day are limited. Throws
   * NUMBER_NOT_ALLOWED, DIAL_LIMIT.
   */
  async ask(caller: WaitingCaller): Promise<CallbackRecord> {
    const { calls, store, clock, directory } = this.#options;
    const { organizationId, department, fromName, priority, joinedAt } = caller;
    const number = calls.callbackNumber(organizationId, caller.number);
    const bounds = { since: new Date(clock.now() - DAY_MS), all: directory.organization(organizationId)?.maxCallbacksPerDay ?? 0, each: CALLBACKS_TO_ONE_NUMBER };
    const added = await store.add({ id: randomUUID(), organizationId, department, number, fromName, priority, joinedAt: new Date(joinedAt), dueAt: new Date(clock.now()) }, bounds);
    return typeof added === "string" ? this.#bounded(caller, number, added) : added;
  }

  #bounded({ organizationId, department }: WaitingCaller, number: string, rule: CallbackBound): never {
    const { audit, metrics } = this.#options;
    metrics.dialRefused(rule);
    audit.append({ at: new Date(), organizationId, actor: "system", action: "refused", target: number, detail: { operation: "callback", code: "DIAL_LIMIT", rule, department } });
    throw new CallplaneError("DIAL_LIMIT", rule === "callback-day" ? "The organization has reached its limit of callbacks for today." : `${number} has reached the limit of callbacks for today.`);
  }

  /** The caller's call has ended: the callback waits in the caller's place. */
  begin(callback: CallbackRecord): void {
    this.#keep(callback);
    this.#tell(callback);
    this.sweep();
  }

  /** The caller was answered or goes on waiting: the callback is not needed. */
  async drop(callback: CallbackRecord): Promise<void> {
    await this.#set(callback, { state: "done" });
  }

  /** Makes due callbacks ready, and recovers those that an earlier process was calling. Learns of other processes' callbacks every `READ_MS`. */
  sweep(): void {
    const { clock, logger } = this.#options;
    const now = clock.now();
    if (now - this.#readAt >= READ_MS) void this.load().catch((error: unknown) => logger.debug({ err: error }, "the callbacks could not be read"));
    for (const callback of this.#open.values()) {
      if (callback.state === "waiting") {
        if (callback.dueAt.getTime() <= now) this.#options.ready(callback, true);
      } else if (!this.#calling.has(callback.id)) {
        this.#recover(callback);
      }
    }
  }

  /**
   * Rings the agent's phone, then the number. Resolves when the number has answered or not; false when it was not dialled, or another process has the callback, and the agent's phone did not ring.
   * Throws when the agent does not take it, or `withdrawn` is aborted before the agent's answer, which does not count as an attempt.
   */
  async call(callback: CallbackRecord, agentId: string, ringS: number, withdrawn: AbortSignal, { rings, answered }: CallingBack = NOBODY_ASKS): Promise<boolean> {
    const { calls, store, clock, signal } = this.#options;
    this.#calling.add(callback.id);
    try {
      // An earlier process made the call, which ended while Callplane was down.
      if (callback.callId !== null && (await store.reached(callback.callId))) {
        await this.#set(callback, { state: "done" });
        return false;
      }
      const callId = randomUUID();
      let claimed: CallbackRecord | null = null;
      let made;
      try {
        // The organization's rules may have changed since the caller asked.
        const number = calls.callbackNumber(callback.organizationId, callback.number);
        const node = calls.nodeOfPhone(callback.organizationId, agentId);
        // Write-ahead: one process alone gets it, and a later process finds the call by its node and id.
        claimed = await this.#set(callback, { state: "calling", callId, node, dueAt: new Date(clock.now()) });
        if (claimed === null) return false;
        rings(callId);
        made = await underAny([signal, withdrawn], (either) => calls.callBack(callId, callback.organizationId, agentId, number, { ringS, node, signal: either }));
      } catch (error) {
        if (await this.#refused(claimed ?? callback, error)) return false;
        if (claimed !== null) await this.#set(claimed, { state: "waiting" });
        throw error;
      }
      answered();
      const counted = await this.#set(claimed, { attempts: claimed.attempts + 1 });
      const reached = await unlessAborted(signal, made.reached);
      if (counted === null) return true;
      if (reached === true) await this.#set(counted, { state: "done" });
      else if (reached === false) await this.#again(counted, counted.attempts);
      return true;
    } finally {
      this.#calling.delete(callback.id);
    }
  }

  /** Whether the number could not be dialled, and not the agent's phone; the callback is rescheduled then. */
  async #refused(callback: CallbackRecord, error: unknown): Promise<boolean> {
    if (!(error instanceof CallplaneError)) return false;
    if (error.code === "DIAL_LIMIT") await this.#later(callback, LATER_MS);
    else if (FORBIDDEN.has(error.code)) await this.#again(callback, callback.attempts + 1);
    else return false;
    this.#options.logger.warn({ err: error, callback: callback.id }, "a callback's number cannot be dialled");
    return true;
  }

  /** Schedules a retry, until `CALLBACK_ATTEMPTS` is reached. */
  async #again(callback: CallbackRecord, attempts: number): Promise<void> {
    if (attempts >= CALLBACK_ATTEMPTS) await this.#set(callback, { state: "failed", attempts });
    else await this.#later(callback, RETRY_MS, attempts);
  }

  async #later(callback: CallbackRecord, ms: number, attempts = callback.attempts): Promise<void> {
    this.#options.ready(callback, false);
    await this.#set(callback, { state: "waiting", attempts, dueAt: new Date(this.#options.clock.now() + ms) });
  }

  /** Whether a call is gone can only say who follows its node. */
  #recover(callback: CallbackRecord): void {
    const { calls, clock, logger } = this.#options;
    const abandoned = clock.now() - callback.dueAt.getTime() >= ABANDONED_MS;
    if (!abandoned && !calls.knows(callback.node)) return;
    const state = callback.callId === null ? "gone" : calls.stateOf(callback.callId);
    if (state === "alive") return;
    this.#calling.add(callback.id);
    // A call that is gone may have been answered: its record, once complete, says so.
    void (state === "talking" ? this.#set(callback, { state: "done" }) : this.#later(callback, LATER_MS))
      .catch((error: unknown) => logger.error({ err: error, callback: callback.id }, "a callback of an earlier process could not be recovered"))
      .finally(() => this.#calling.delete(callback.id));
  }

  /** Updates the store first, then the memory. Null: another process has changed the callback, which is read anew. */
  async #set(callback: CallbackRecord, change: CallbackChange): Promise<CallbackRecord | null> {
    if (!(await this.#options.store.change(callback, change))) {
      this.#readAt = -Infinity;
      this.#forget(callback);
      return null;
    }
    const changed = { ...callback, ...change };
    if (isOpen(changed)) this.#keep(changed);
    else this.#forget(changed);
    this.#tell(changed);
    return changed;
  }

  /** Once for each change; what was never told as open is not told as done. */
  #tell(callback: CallbackRecord | null, id = callback?.id ?? ""): void {
    const before = this.#told.get(id);
    if (callback === null || !isOpen(callback)) {
      this.#told.delete(id);
      if (callback !== null && before !== undefined) this.#news.tell({ type: "done", callback });
      return;
    }
    const now = JSON.stringify(callback);
    if (before === now) return;
    this.#told.set(id, now);
    this.#news.tell({ type: before === undefined ? "created" : "updated", callback });
  }

  #keep(callback: CallbackRecord): void {
    this.#changes++;
    this.#open.set(callback.id, callback);
  }

  #forget(callback: CallbackRecord): void {
    this.#changes++;
    this.#open.delete(callback.id);
    this.#options.ready(callback, false);
  }
}
