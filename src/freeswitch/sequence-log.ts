/** Which events of one FreeSWITCH process are older than a snapshot of its rows. Times are of a monotonic clock, milliseconds. */

interface Mark {
  readonly at: number;
  readonly sequence: number;
}

const MARK_EVERY_MS = 100;

export class SequenceLog {
  readonly #rowLagMs: number;
  /** Bounded by the marks of `rowLagMs`, one in `MARK_EVERY_MS`. */
  #marks: Mark[] = [];
  #last = 0;
  #lastAt = 0;
  /** uuid → when it was destroyed, oldest first. Bounded by the channels that were destroyed within ten times `rowLagMs` of the last one. */
  readonly #destroyed = new Map<string, number>();

  /** @param rowLagMs how far rows may lag behind events */
  constructor(rowLagMs: number) {
    this.#rowLagMs = rowLagMs;
  }

  seen(sequence: number, now: number): void {
    this.#last = Math.max(this.#last, sequence);
    this.#lastAt = now;
    const newest = this.#marks.at(-1);
    if (newest !== undefined && now - newest.at < MARK_EVERY_MS) return;
    this.#marks.push({ at: now, sequence: this.#last });
    // One mark older than the lag is enough.
    while ((this.#marks[1]?.at ?? Infinity) <= now - this.#rowLagMs) this.#marks.shift();
  }

  destroyed(uuid: string, now: number): void {
    this.#destroyed.set(uuid, now);
    for (const [old, at] of this.#destroyed) {
      // An earlier snapshot may still be under way.
      if (at > now - 10 * this.#rowLagMs) break;
      this.#destroyed.delete(old);
    }
  }

  /** Whether a row of this channel is outdated. */
  isDestroyed(uuid: string): boolean {
    return this.#destroyed.has(uuid);
  }

  /** The newest sequence whose effect is certain to be in rows that are read at `now`; 0: none. */
  shownAt(now: number): number {
    // A silent switch sets no further mark.
    if (this.#lastAt <= now - this.#rowLagMs) return this.#last;
    return this.#marks.findLast(({ at }) => at <= now - this.#rowLagMs)?.sequence ?? 0;
  }
}
