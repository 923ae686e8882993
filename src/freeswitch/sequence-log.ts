/** What the events of one FreeSWITCH process have told that a snapshot of rows must be held against. Times are of a monotonic clock, milliseconds. */

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

  /** `rowLagMs`: how far rows may be behind events. */
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
      // A snapshot asked for before may still be under way.
      if (at > now - 10 * this.#rowLagMs) break;
      this.#destroyed.delete(old);
    }
  }

  /** Its row, if there is one, is a leftover. */
  isDestroyed(uuid: string): boolean {
    return this.#destroyed.has(uuid);
  }

  /** The newest sequence whose effect every row shows that is asked for `now`; 0 when there is none. */
  settled(now: number): number {
    // Marks are few: what came after the newest one would never count as settled on a switch that has fallen silent.
    if (this.#lastAt <= now - this.#rowLagMs) return this.#last;
    let settled = 0;
    for (const mark of this.#marks) {
      if (mark.at > now - this.#rowLagMs) break;
      settled = mark.sequence;
    }
    return settled;
  }
}
