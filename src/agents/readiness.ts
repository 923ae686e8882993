import type { Clock } from "../clock.js";

const POLL_MS = 1000;

/**
 * Tells once when the switches have said what is true: every node has sent its first snapshot, or some has and the others
 * have had `limitMs` since. Until then nothing may be concluded from what is not there.
 */
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

  get isDone(): boolean {
    return this.#isDone;
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

  /** It will not tell any more. */
  removed(node: string): void {
    // Before any has told nothing may be concluded.
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
