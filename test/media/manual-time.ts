import type { PacerTime } from "../../src/media/pacer.js";

/** A clock and timers that a test moves by hand, in milliseconds. */
export class ManualTime implements PacerTime {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly work: () => void }>();

  now(): number {
    return this.#now;
  }

  later(ms: number, work: () => void): () => void {
    const timer = { at: this.#now + ms, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Runs what falls due on the way. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.work();
    }
    this.#now = end;
  }

  /** The process is held up: no timer runs meanwhile. */
  stall(ms: number): void {
    this.#now += ms;
  }
}
