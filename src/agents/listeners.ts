import type { Logger } from "./ports.js";

/** Those who want to be told of something; what one of them throws is logged and hurts nobody else. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #what: string;
  readonly #logger: Logger;
  readonly #handlers = new Set<(...args: Args) => void>();

  /** @param what what they listen for, for the log */
  constructor(what: string, logger: Logger) {
    this.#what = what;
    this.#logger = logger;
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
        this.#logger.error({ err: error }, `a listener for ${this.#what} threw`);
      }
    }
  }

  clear(): void {
    this.#handlers.clear();
  }
}
