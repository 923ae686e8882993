import type { Logger } from "../logger.js";

interface Part {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/** What has been opened, to be closed in the reverse order. A part that cannot be closed does not keep the others open. */
export class Parts {
  readonly #logger: Logger;
  /** Bounded by the composition. */
  readonly #open: Part[] = [];
  #closing: Promise<void> | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
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
        await close();
      } catch (error) {
        this.#logger.error({ err: error, part: name }, "a part of Callplane could not be closed");
      }
    }
  }
}
