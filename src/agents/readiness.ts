import type { Clock } from "../clock.js";

const POLL_MS = 1000;

/** Calls `done` once: when every node has sent its first snapshot, or `limitMs` after the first one. Until then, a missing call or phone means nothing. */
export class Readiness {
  readonly #waitingFor: Set<string>;
  readonly #done: () => void;
  readonly #clock: Clock;
  readonly #limitMs: number;
  #stop: (() => void) | null = null;
  #isDone = false;

  constructor(options: { readonly nodes: readonly string[]; readonly limitMs: number; readonly clock: Clock; readonly done: () => void }) {
    this.#waitingFor = new Set(options.nodes);
    this.#limitMs = options.limitMs;
    this.#clock = options.clock;
    this.#done = options.done;
  }

  snapshot(node: string): void {
    if (this.#isDone) return;
    this.#waitingFor.delete(node);
    if (this.#waitingFor.size === 0) {
      this.#finish();
      return;
    }
    if (this.#stop !== null) return;
    const deadline = this.#clock.now() + this.#limitMs;
    this.#stop = this.#clock.every(POLL_MS, () => {
      if (this.#clock.now() >= deadline) this.#finish();
    });
  }

  /** The node will send no snapshot. */
  removed(node: string): void {
    // At least one snapshot is needed.
    if (this.#waitingFor.delete(node) && this.#stop !== null && this.#waitingFor.size === 0) this.#finish();
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
    this.#isDone = true;
  }

  #finish(): void {
    this.close();
    this.#done();
  }
}
