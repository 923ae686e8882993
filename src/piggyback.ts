/** Rows that need no commit of their own: whoever commits next writes them, too. */
export interface Piggyback<T> {
  /** What waits, and is written now; empty where nothing waits, or is being written otherwise. */
  take(): readonly T[];
  /** After each `take` that gave rows: whether they are committed. Those that are not still wait. */
  taken(isCommitted: boolean): void;
}

/** What others' commits write of a queue. Its own writer writes only `after` such a commit, and gives nothing to others meanwhile. */
export class Carried<T> implements Piggyback<T> {
  readonly #next: () => readonly T[];
  readonly #written: (count: number) => void;
  #now: { readonly count: number; readonly ended: Promise<void>; readonly end: () => void } | null = null;

  /** `next`: the oldest rows, none while the queue's own writer writes. `written`: so many of them are committed. */
  constructor(next: () => readonly T[], written: (count: number) => void) {
    this.#next = next;
    this.#written = written;
  }

  take(): readonly T[] {
    const rows = this.#now === null ? this.#next() : [];
    if (rows.length === 0) return rows;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#now = { count: rows.length, ended, end };
    return rows;
  }

  taken(isCommitted: boolean): void {
    const now = this.#now;
    if (now === null) return;
    this.#now = null;
    if (isCommitted) this.#written(now.count);
    now.end();
  }

  /** Does `work` when no other's commit writes rows of the queue: at once, in most cases. */
  async after(work: () => Promise<void>): Promise<void> {
    if (this.#now !== null) await this.#now.ended;
    return work();
  }
}
