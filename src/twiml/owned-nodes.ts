/** The FreeSWITCHes that this process owns: what is left on others is another process's to end. */
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";

export interface OwnedNodesParts {
  readonly names: readonly string[];
  /** After so long, every process that has what nobody knows the node of has claimed it. */
  readonly unclaimedMs: number;
  readonly logger: Logger;
}

export class OwnedNodes {
  readonly #names: ReadonlySet<string>;
  readonly #unclaimed: Listeners<[]>;
  readonly #timer: NodeJS.Timeout;
  #isDue = false;

  constructor({ names, unclaimedMs, logger }: OwnedNodesParts) {
    this.#names = new Set(names);
    this.#unclaimed = new Listeners("what has no known node", logger, () => ({}));
    this.#timer = setTimeout(() => {
      this.#isDue = true;
      this.#unclaimed.tell();
    }, unclaimedMs);
    this.#timer.unref();
  }

  /** Idempotent. */
  close(): void {
    clearTimeout(this.#timer);
    this.#unclaimed.clear();
  }

  has(node: string): boolean {
    return this.#names.has(node);
  }

  /** Under its name this process claims what nobody else has. */
  get first(): string {
    const [first = ""] = this.#names;
    return first;
  }

  /** Whether this process may tell the end of what it does not find on its nodes. Null: nobody knows the node; another process may have it, and claims it soon. */
  mayEnd(node: string | null): boolean {
    return node === null ? this.#isDue : this.has(node);
  }

  /** Called when what has no known node may be ended. Returns the unsubscribe function. */
  onUnclaimed(handler: () => void): () => void {
    return this.#unclaimed.add(handler);
  }
}
