/** Callers who hung up with our promise to call them back: they keep their place, and nothing of it is lost by a restart. */
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

/** How often a number is tried that does not answer or may not be dialled, and how long between two tries. */
export const CALLBACK_ATTEMPTS = 3;
const RETRY_MS = 300_000;
const DAY_MS = 86_400_000;
/** Within any 24 hours, besides the tries that each of them is. */
export const CALLBACKS_TO_ONE_NUMBER = 3;
/** It could not be tried, or what came of it is not known yet. */
const LATER_MS = 60_000;
/** Said of the number, which the organization was allowed to dial a moment before. */
const FORBIDDEN: ReadonlySet<ErrorCode> = new Set(["NUMBER_NOT_ALLOWED", "InvalidParameter"]);

export interface CallbacksOptions {
  readonly calls: Pick<CallLegs, "callbackNumber" | "callBack" | "stateOf" | "complete">;
  readonly store: CallbackStore;
  /** Callbacks that an organization's callers may ask for within any 24 hours. */
  readonly perDay: (organizationId: number) => number;
  readonly audit: AuditLog;
  readonly metrics: Pick<Metrics, "dialRefused">;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Aborted when Callplane stops: what is being called then is looked at again by the next one. */
  readonly signal: AbortSignal;
  /** It is this one's turn to wait for an agent, or no longer. */
  readonly ready: (callback: CallbackRecord, ready: boolean) => void;
}

export class Callbacks {
  readonly #options: CallbacksOptions;
  /** Those that are waiting or being called. Bounded by the callbacks that callers may ask for, and `CALLBACK_ATTEMPTS`. */
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
   * Stored before the caller is let go. The caller chooses what number to name, so it must be one of a country where the organization calls back, and how
   * many there are a day is bounded. Throws NUMBER_NOT_ALLOWED, DIAL_LIMIT.
   */
  async ask(caller: WaitingCaller): Promise<CallbackRecord> {
    const { calls, store, clock, perDay } = this.#options;
    const { organizationId, department, priority, joinedAt } = caller;
    const number = calls.callbackNumber(organizationId, caller.number);
    const bounds = { since: new Date(clock.now() - DAY_MS), all: perDay(organizationId), each: CALLBACKS_TO_ONE_NUMBER };
    const added = await store.add({ id: randomUUID(), organizationId, department, number, priority, joinedAt: new Date(joinedAt), dueAt: new Date(clock.now()) }, bounds);
    return typeof added === "string" ? this.#bounded(caller, number, added) : added;
  }

  #bounded({ organizationId, department }: WaitingCaller, number: string, rule: CallbackBound): never {
    const { audit, metrics } = this.#options;
    metrics.dialRefused(rule);
    audit.append({ at: new Date(), organizationId, actor: "system", action: "refused", target: number, detail: { operation: "callback", code: "DIAL_LIMIT", rule, department } });
    throw new CallplaneError("DIAL_LIMIT", rule === "callback-day" ? "The organization has its callbacks of this day." : `${number} has its callbacks of this day.`);
  }

  /** She has hung up with our promise: it waits in her place. */
  begin(callback: CallbackRecord): void {
    this.#open.set(callback.id, callback);
    this.sweep();
  }

  /** She was answered, or waits on: there is nothing to call back for. */
  async drop(callback: CallbackRecord): Promise<void> {
    await this.#set(callback, { state: "done" });
  }

  /** Whose time has come; and what became of calls that a Callplane before this one made. */
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
   * The agent's phone first, then the number. Throws what her phone says when she does not take it: that is no attempt.
   * Resolves when the number has answered or not; false when it was not dialled, and her phone did not ring.
   */
  async call(callback: CallbackRecord, agentId: string, ringS: number): Promise<boolean> {
    const { calls, store, signal } = this.#options;
    this.#calling.add(callback.id);
    try {
      // A call that a Callplane before this one made, and that ended while there was none.
      if (callback.callId !== null && (await store.reached(callback.callId))) {
        await this.#set(callback, { state: "done" });
        return false;
      }
      // The id is stored before anything is dialled: the next Callplane finds the call by it, however early this one ends.
      const callId = randomUUID();
      let calling = callback;
      let made;
      try {
        // What the organization may dial can have changed since she asked.
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

  /** Whether it was the number that could not be dialled, and not the agent's phone that rang in vain; put off then. */
  async #refused(callback: CallbackRecord, error: unknown): Promise<boolean> {
    if (!(error instanceof CallplaneError)) return false;
    if (error.code === "DIAL_LIMIT") await this.#later(callback, LATER_MS);
    else if (FORBIDDEN.has(error.code)) await this.#again({ ...callback, attempts: callback.attempts + 1 });
    else return false;
    this.#options.logger.warn({ err: error, callback: callback.id }, "a callback's number cannot be dialled");
    return true;
  }

  /** The number did not answer, or may not be dialled: later once more, but not for ever. */
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
    // One that is gone may have been answered and have ended unseen: its record, once complete, says so.
    void (state === "talking" ? this.#set(callback, { state: "done" }) : this.#later(callback, LATER_MS))
      .catch((error: unknown) => logger.error({ err: error, callback: callback.id }, "a callback of before a restart could not be taken up again"))
      .finally(() => this.#calling.delete(callback.id));
  }

  /** Stored first, then believed. */
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
