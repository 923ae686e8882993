/** Runs one piece of work, never twice at once. Requests that come before a run begins share it. A request during a run causes one more run. */
export class PacedWork {
  readonly #work: () => Promise<void>;
  readonly #paceMs: number;
  /** The newest run: under way, waiting for its turn, or done. Bounded: one waits while one runs. */
  #last: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;
  /** Runs what was asked for during the pause. */
  #owed: NodeJS.Timeout | null = null;
  #pauseEnds = 0;
  #closed = false;

  /**
   * @param work must not reject
   * @param paceMs between two runs that `soon` begins
   */
  constructor(work: () => Promise<void>, paceMs: number) {
    this.#work = work;
    this.#paceMs = paceMs;
  }

  /** Resolves when a run that begins after this call is done. */
  now(): Promise<void> {
    this.#waiting ??= this.#last = this.#last.then(async () => {
      this.#waiting = null;
      if (!this.#closed) await this.#work();
    });
    return this.#waiting;
  }

  /** At once, unless it has begun a run a moment ago. */
  soon(): void {
    if (this.#owed !== null) return;
    const pauseMs = this.#pauseEnds - performance.now();
    if (pauseMs <= 0) {
      this.#pauseEnds = performance.now() + this.#paceMs;
      void this.now();
      return;
    }
    this.#owed = setTimeout(() => {
      this.#owed = null;
      this.soon();
    }, pauseMs);
    this.#owed.unref();
  }

  /** Resolves when what is under way is done. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** Does what is owed, then nothing any more. Idempotent. */
  async close(): Promise<void> {
    if (this.#owed !== null) {
      clearTimeout(this.#owed);
      this.#owed = null;
      void this.now();
    }
    await this.#last;
    this.#closed = true;
  }
}
