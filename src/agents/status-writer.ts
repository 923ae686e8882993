import type { Logger } from "../logger.js";
import type { AgentStatusRecord, AgentStatusStore } from "./ports.js";

/** Records that may wait for a store that does not answer. */
const MAX_WAITING = 10_000;

/** Writes records in order. A record that the store refuses is lost and logged; the live status stays, so that agents can work while a disk is full. */
export class StatusWriter {
  readonly #store: AgentStatusStore;
  readonly #logger: Logger;
  /** Bounded by `MAX_WAITING` records. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(store: AgentStatusStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  write(record: AgentStatusRecord): void {
    if (this.#waiting >= MAX_WAITING) {
      this.#lose(record, new Error("too many changes wait to be stored"));
      return;
    }
    this.#waiting += 1;
    this.#last = this.#last.then(async () => {
      try {
        await this.#store.append(record);
      } catch (error) {
        this.#lose(record, error);
      } finally {
        this.#waiting -= 1;
      }
    });
  }

  #lose({ organizationId: organization, agentId: agent, status }: AgentStatusRecord, error: unknown): void {
    this.#logger.error({ err: error, organization, agent, status }, "a change of an agent's status could not be stored");
  }

  /** Deletes what began before; a failure is logged. */
  async prune(before: number): Promise<void> {
    try {
      await this.#store.prune(new Date(before));
    } catch (error) {
      this.#logger.warn({ err: error }, "the agents' old statuses could not be deleted");
    }
  }

  /** Resolves when everything handed over so far is written. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
