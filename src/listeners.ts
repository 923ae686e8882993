import type { Logger } from "./logger.js";

/** Listeners for something. An exception of one is logged and does not affect the others. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #what: string;
  readonly #logger: Logger;
  readonly #about: (...args: Args) => object;
  /** Bounded by who is composed with it, and the operations under way: each takes its listener back. */
  readonly #handlers = new Set<(...args: Args) => void>();

  /**
   * @param what what they listen for, for the log
   * @param about what the log says besides of what was told
   */
  constructor(what: string, logger: Logger, about: (...args: Args) => object = () => ({})) {
    this.#what = what;
    this.#logger = logger;
    this.#about = about;
  }

  get size(): number {
    return this.#handlers.size;
  }

  /** Returns the unsubscribe function. */
  add(handler: (...args: Args) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  tell(...args: Args): void {
    for (const handler of this.#handlers) {
      try {
        handler(...args);
      } catch (error) {
        this.#logger.error({ err: error, ...this.#about(...args) }, `a listener for ${this.#what} threw`);
      }
    }
  }

  clear(): void {
    this.#handlers.clear();
  }
}
