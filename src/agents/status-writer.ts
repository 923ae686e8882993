import type { Logger } from "../logger.js";
import type { AgentStatusRecord, AgentStatusStore } from "./ports.js";

/**
 * Writes records in the order in which they came. A store that fails is logged and loses that record, never the live status:
 * agents must be able to work while a disk is full.
 */
export class StatusWriter {
  readonly #store: AgentStatusStore;
  readonly #logger: Logger;
  #last: Promise<void> = Promise.resolve();

  constructor(store: AgentStatusStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  write(record: AgentStatusRecord): void {
    this.#last = this.#last.then(async () => {
      try {
        await this.#store.append(record);
      } catch (error) {
        this.#logger.error({ err: error, organization: record.organizationId, agent: record.agentId, status: record.status }, "a change of an agent's status could not be stored");
      }
    });
  }

  /** Resolves when everything handed over so far is written. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
