import { CallplaneError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { AgentStatusRecord, AgentStatusStore } from "./ports.js";

/** Records that may wait for a store that does not answer. */
const MAX_WAITING = 10_000;
const RETRY_MS = 1000;

/**
 * Writes records in order. While the database takes nothing they wait in memory, since reports count the time in each status. The live status does not wait for that,
 * so that agents can work. A record that the store refuses for good, or that finds no room, is lost and logged.
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
  #closed = false;

  constructor(store: AgentStatusStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  write(record: AgentStatusRecord): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#lose(record, new Error("too many changes wait to be stored"));
      return;
    }
    this.#waiting.push(record);
    this.#start();
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
    await this.#pass;
  }

  /** Tries once more what waits. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopWaiting();
    this.#start();
    await this.#pass;
  }

  #start(): void {
    if (this.#running || this.#timer !== null) return;
    this.#running = true;
    this.#pass = this.#write();
  }

  async #write(): Promise<void> {
    for (let record = this.#waiting[0]; record !== undefined; record = this.#waiting[0]) {
      try {
        await this.#store.append(record);
        if (this.#failing) this.#logger.info({ waiting: this.#waiting.length }, "changes of agents' statuses are stored again");
        this.#failing = false;
      } catch (error) {
        if (isPassing(error)) {
          if (this.#closed) for (const each of this.#waiting.splice(0)) this.#lose(each, error);
          else this.#wait(error);
          break;
        }
        this.#lose(record, error);
      }
      this.#waiting.shift();
    }
    this.#running = false;
  }

  #wait(error: unknown): void {
    if (!this.#failing) this.#logger.warn({ err: error }, "changes of agents' statuses cannot be stored now; trying again");
    this.#failing = true;
    this.#timer = setTimeout(() => {
      this.#stopWaiting();
      this.#start();
    }, RETRY_MS);
    this.#timer.unref();
  }

  #stopWaiting(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #lose({ organizationId: organization, agentId: agent, status }: AgentStatusRecord, error: unknown): void {
    this.#logger.error({ err: error, organization, agent, status }, "a change of an agent's status could not be stored");
  }
}

/** A database that is locked, full or away, and will take it later. */
const isPassing = (error: unknown): boolean => error instanceof CallplaneError && error.code === "DatabaseUnavailable";
