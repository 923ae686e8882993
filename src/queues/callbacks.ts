/** Callbacks: callers who asked to be called back keep their place in the queue, also across restarts. */
import { randomUUID } from "node:crypto";
import { unlessAborted } from "../abort.js";
import type { CallLegs } from "../calls/index.js";
import type { AuditLog } from "../audit/index.js";
import { CallplaneError, type ErrorCode } from "../errors.js";
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import type { CallbackBound, CallbackRecord, CallbackStore } from "./ports.js";
import type { WaitingCaller } from "./waiting.js";

/** How often a number is tried, and the time between two tries. */
export const CALLBACK_ATTEMPTS = 3;
const RETRY_MS = 300_000;
const DAY_MS = 86_400_000;
/** Within any 24 hours, not counting the retries of each. */
export const CALLBACKS_TO_ONE_NUMBER = 3;
/** The delay when a callback could not be tried, or its outcome is unknown. */
const LATER_MS = 60_000;
/** Errors of the number, although it was allowed when the caller asked. */
const FORBIDDEN: ReadonlySet<ErrorCode> = new Set(["NUMBER_NOT_ALLOWED", "InvalidParameter"]);

export interface CallbacksOptions {
  readonly calls: Pick<CallLegs, "callbackNumber" | "callBack" | "stateOf" | "complete">;
  readonly store: CallbackStore;
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

export class Callbacks {
  readonly #options: CallbacksOptions;
  /** Waiting or being called. Bounded by the callbacks that callers may ask for, and `CALLBACK_ATTEMPTS`. */
  readonly #open = new Map<string, CallbackRecord>();
  /** Those that this process is calling. Bounded by the agents' phones. */
  readonly #calling = new Set<string>();

  constructor(options: CallbacksOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    for (const callback of await this.#options.store.open()) this.#open.set(callback.id, callback);
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
    const { organizationId, department, priority, joinedAt } = caller;
    const number = calls.callbackNumber(organizationId, caller.number);
    const bounds = { since: new Date(clock.now() - DAY_MS), all: directory.organization(organizationId)?.maxCallbacksPerDay ?? 0, each: CALLBACKS_TO_ONE_NUMBER };
    const added = await store.add({ id: randomUUID(), organizationId, department, number, priority, joinedAt: new Date(joinedAt), dueAt: new Date(clock.now()) }, bounds);
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
    this.#open.set(callback.id, callback);
    this.sweep();
  }

  /** The caller was answered or goes on waiting: the callback is not needed. */
  async drop(callback: CallbackRecord): Promise<void> {
    await this.#set(callback, { state: "done" });
  }

  /** Makes due callbacks ready, and recovers those that an earlier process was calling. */
  sweep(): void {
    const now = this.#options.clock.now();
    for (const callback of this.#open.values()) {
      if (callback.state === "waiting") {
        if (callback.dueAt.getTime() <= now) this.#options.ready(callback, true);
      } else if (!this.#calling.has(callback.id)) {
        this.#recover(callback);
      }
    }
  }

  /**
   * Rings the agent's phone, then the number. Resolves when the number has answered or not; false when it was not dialled, and the agent's phone did not ring.
   * Throws when the agent does not take it, which does not count as an attempt.
   */
  async call(callback: CallbackRecord, agentId: string, ringS: number): Promise<boolean> {
    const { calls, store, signal } = this.#options;
    this.#calling.add(callback.id);
    try {
      // An earlier process made the call, which ended while Callplane was down.
      if (callback.callId !== null && (await store.reached(callback.callId))) {
        await this.#set(callback, { state: "done" });
        return false;
      }
      // Write-ahead: a later process finds the call by its id.
      const callId = randomUUID();
      let calling = callback;
      let made;
      try {
        // The organization's rules may have changed since the caller asked.
        const number = calls.callbackNumber(callback.organizationId, callback.number);
        calling = await this.#set(callback, { state: "calling", callId });
        made = await calls.callBack(callId, callback.organizationId, agentId, number, ringS, signal);
      } catch (error) {
        if (await this.#refused(calling, error)) return false;
        await this.#set(calling, { state: "waiting" });
        throw error;
      }
      const counted = await this.#set(calling, { attempts: calling.attempts + 1 });
      const reached = await unlessAborted(signal, made.reached);
      if (reached === true) await this.#set(counted, { state: "done" });
      else if (reached === false) await this.#again(counted);
      return true;
    } finally {
      this.#calling.delete(callback.id);
    }
  }

  /** Whether the number could not be dialled, and not the agent's phone; the callback is rescheduled then. */
  async #refused(callback: CallbackRecord, error: unknown): Promise<boolean> {
    if (!(error instanceof CallplaneError)) return false;
    if (error.code === "DIAL_LIMIT") await this.#later(callback, LATER_MS);
    else if (FORBIDDEN.has(error.code)) await this.#again({ ...callback, attempts: callback.attempts + 1 });
    else return false;
    this.#options.logger.warn({ err: error, callback: callback.id }, "a callback's number cannot be dialled");
    return true;
  }

  /** Schedules a retry, until `CALLBACK_ATTEMPTS` is reached. */
  async #again(counted: CallbackRecord): Promise<void> {
    const { attempts } = counted;
    if (attempts >= CALLBACK_ATTEMPTS) await this.#set(counted, { state: "failed", attempts });
    else await this.#later(counted, RETRY_MS);
  }

  async #later(callback: CallbackRecord, ms: number): Promise<void> {
    this.#options.ready(callback, false);
    await this.#set(callback, { state: "waiting", attempts: callback.attempts, dueAt: new Date(this.#options.clock.now() + ms) });
  }

  #recover(callback: CallbackRecord): void {
    const { calls, logger } = this.#options;
    const state = callback.callId === null ? "gone" : calls.stateOf(callback.callId);
    if (state === "alive" || !calls.complete()) return;
    this.#calling.add(callback.id);
    // A call that is gone may have been answered: its record, once complete, says so.
    void (state === "talking" ? this.#set(callback, { state: "done" }) : this.#later(callback, LATER_MS))
      .catch((error: unknown) => logger.error({ err: error, callback: callback.id }, "a callback of an earlier process could not be recovered"))
      .finally(() => this.#calling.delete(callback.id));
  }

  /** Updates the store first, then the memory. */
  async #set(callback: CallbackRecord, change: Partial<Pick<CallbackRecord, "attempts" | "dueAt" | "state" | "callId">>): Promise<CallbackRecord> {
    await this.#options.store.update(callback.id, change);
    const changed = { ...callback, ...change };
    if (changed.state === "waiting" || changed.state === "calling") {
      this.#open.set(changed.id, changed);
    } else {
      this.#open.delete(changed.id);
      this.#options.ready(changed, false);
    }
    return changed;
  }
}
