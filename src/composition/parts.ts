import { within } from "../abort.js";
import type { Logger } from "../logger.js";

interface Part {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/** What is not closed after so long is left behind: the others must be closed too. */
const LIMIT_MS = 5000;

/** What has been opened, to be closed in the reverse order. A part that cannot be closed, or takes too long, does not keep the others open. */
export class Parts {
  readonly #logger: Logger;
  readonly #limitMs: number;
  /** Bounded by the composition. */
  readonly #open: Part[] = [];
  #closing: Promise<void> | null = null;

  constructor(logger: Logger, limitMs = LIMIT_MS) {
    this.#logger = logger;
    this.#limitMs = limitMs;
  }

  /** Gives the part back. */
  add<T extends { close(): Promise<void> | void }>(name: string, part: T): T {
    this.#open.push({ name, close: () => part.close() });
    return part;
  }

  /** Idempotent; never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (const { name, close } of this.#open.reverse()) {
      try {
        const closed = await within(Promise.resolve(close()).then(() => true), this.#limitMs);
        if (closed === null) this.#logger.error({ part: name, ms: this.#limitMs }, "a part of Callplane takes too long to close, and is left behind");
      } catch (error) {
        this.#logger.error({ err: error, part: name }, "a part of Callplane could not be closed");
      }
    }
  }
}
