import type { Clock } from "../../src/clock.js";

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ readonly ms: number; next: number; readonly work: () => void }>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  every(ms: number, work: () => void): () => void {
    const timer = { ms, next: this.#now + ms, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Goes on by `ms` while the process stands still: what fell due meanwhile is called with the next step. */
  standStill(ms: number): void {
    this.#now += ms;
  }

  /** Goes on by `ms`, calling what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.next <= end).sort((a, b) => a.next - b.next)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.next);
      due.next += due.ms;
      due.work();
    }
    this.#now = end;
  }
}
