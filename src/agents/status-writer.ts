import { CallplaneError } from "../errors.js";
import type { Logger } from "../logger.js";
import { Carried } from "../piggyback.js";
import type { AgentStatusRecord, AgentStatusStore } from "./ports.js";
import type { Cause } from "./status.js";

/** Records that may wait for a store that does not answer. */
const MAX_WAITING = 10_000;
/** Records in one commit. */
const TOGETHER = 200;
/** What comes of these in this time is stored by one commit, or by another's that comes earlier: a restart would find it again. All else is stored at once. */
const GATHER_MS = 50;
const GATHERED: ReadonlySet<string> = new Set(["call", "heartbeat", "registration"] satisfies Cause[]);
const RETRY_MS = 1000;

/**
 * Writes records in order. What calls, phones and heartbeats change in a moment is written together: a kill within it loses what the restart finds again. While the
 * database takes nothing they wait in memory, since reports count the time in each status. The live status does not wait for that, so that agents can work. A record
 * that the store refuses for good, or that finds no room, is lost and logged.
 */
export class StatusWriter {
  readonly #store: AgentStatusStore;
  readonly #logger: Logger;
  /** The oldest first. Bounded by `MAX_WAITING` records. */
  readonly #waiting: AgentStatusRecord[] = [];
  #pass: Promise<void> = Promise.resolve();
  #running = false;
  #timer: NodeJS.Timeout | null = null;
  #failing = false;
  /** So many of the next ones are written each by itself: together they were refused. */
  #alone = 0;
  readonly #carried = new Carried(() => this.#forOthers(), (count) => this.#stored(count));
  readonly #endPiggyback: () => void;
  #closed = false;

  constructor(store: AgentStatusStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
    this.#endPiggyback = store.piggyback(this.#carried);
  }

  write(record: AgentStatusRecord): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#lose(record, new Error("too many changes wait to be stored"));
      return;
    }
    this.#waiting.push(record);
    if (this.#closed || !GATHERED.has(record.cause)) this.#soon();
    else if (!this.#running) this.#later(GATHER_MS);
  }

  /** Deletes what began before; a failure is logged. */
  async prune(before: number): Promise<void> {
    try {
      await this.#store.prune(new Date(before));
    } catch (error) {
      this.#logger.warn({ err: error }, "the agents' old statuses could not be deleted");
    }
  }

  /** Resolves when everything handed over so far is written, or the database takes nothing now. */
  async idle(): Promise<void> {
    this.#soon();
    await this.#pass;
  }

  /** Tries once more what waits. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#start();
    await this.#pass;
    this.#endPiggyback();
  }

  #forOthers(): readonly AgentStatusRecord[] {
    return this.#running || this.#alone > 0 ? [] : this.#waiting.slice(0, TOGETHER);
  }

  #stored(count: number): void {
    this.#waiting.splice(0, count);
    this.#takesAgain();
    if (this.#waiting.length > 0 || this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #takesAgain(): void {
    if (this.#failing) this.#logger.info({ waiting: this.#waiting.length }, "changes of agents' statuses are stored again");
    this.#failing = false;
  }

  /** While the database takes nothing, the next try is the timer's. */
  #soon(): void {
    if (!this.#failing || this.#closed) this.#start();
  }

  #start(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#running) return;
    this.#running = true;
    this.#pass = this.#carried.after(() => this.#write());
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.#writeNext();
        this.#takesAgain();
      }
    } catch (error) {
      if (this.#closed) for (const each of this.#waiting.splice(0)) this.#lose(each, error);
      else this.#wait(error);
    } finally {
      this.#running = false;
    }
  }

  /** Throws when the database takes nothing now. */
  async #writeNext(): Promise<void> {
    const batch = this.#waiting.slice(0, this.#alone > 0 ? 1 : TOGETHER);
    try {
      await this.#store.append(batch);
    } catch (error) {
      if (isPassing(error)) throw error;
      const [first] = batch;
      // One that it refuses holds back no other.
      if (batch.length > 1 || first === undefined) {
        this.#alone = batch.length;
        return;
      }
      this.#lose(first, error);
    }
    this.#waiting.splice(0, batch.length);
    this.#alone = Math.max(0, this.#alone - 1);
  }

  #wait(error: unknown): void {
    if (!this.#failing) this.#logger.warn({ err: error }, "changes of agents' statuses cannot be stored now; trying again");
    this.#failing = true;
    this.#later(RETRY_MS);
  }

  #later(ms: number): void {
    this.#timer ??= setTimeout(() => this.#start(), ms).unref();
  }

  #lose({ organizationId: organization, agentId: agent, status }: AgentStatusRecord, error: unknown): void {
    this.#logger.error({ err: error, organization, agent, status }, "a change of an agent's status could not be stored");
  }
}

/** A database that is locked, full or away, and will take it later. */
const isPassing = (error: unknown): boolean => error instanceof CallplaneError && error.code === "DatabaseUnavailable";
