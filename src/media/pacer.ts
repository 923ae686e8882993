import { FRAME_MS } from "./frames.js";

export interface PacerTime {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls `work` once after so many milliseconds; gives the function that cancels it. */
  later(ms: number, work: () => void): () => void;
}

export const processTime: PacerTime = {
  now: () => performance.now(),
  later(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** When the process was held up, frames that are owed go out twice as fast until none is: the far end hears no burst. */
const CATCH_UP_MS = FRAME_MS / 2;
/** What is owed beyond that is given up: speech that late is no conversation. */
const MAX_OWED = 10;

export interface PacerOptions {
  readonly time?: PacerTime;
  /** Told of each tick: milliseconds from when it was due until all were served, and how many ticks were given up. */
  readonly onTick?: (lateMs: number, skipped: number) => void;
  /** A worker threw; it has been removed. */
  readonly onError: (error: unknown) => void;
}

/** One clock of 20 ms for all streams of the process. */
export class Pacer {
  readonly #time: PacerTime;
  readonly #options: PacerOptions;
  /** Bounded by the streams that are open (`Streams`). */
  readonly #workers = new Set<() => void>();
  #dueAt = 0;
  #cancel: (() => void) | null = null;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#time = options.time ?? processTime;
  }

  /** Calls `work` every 20 ms, until the function that is returned is called. */
  add(work: () => void): () => void {
    const worker = (): void => work();
    this.#workers.add(worker);
    if (this.#cancel === null) {
      this.#dueAt = this.#time.now() + FRAME_MS;
      this.#wait();
    }
    return () => {
      this.#workers.delete(worker);
      if (this.#workers.size === 0) this.close();
    };
  }

  /** Serves nobody any more. */
  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#workers.clear();
  }

  #wait(atLeastMs = 0): void {
    // A timer of Node.js fires up to a millisecond early or late, and takes whole milliseconds.
    this.#cancel = this.#time.later(Math.max(atLeastMs, Math.round(this.#dueAt - this.#time.now()), 0), () => this.#tick());
  }

  #tick(): void {
    for (const worker of this.#workers) {
      try {
        worker();
      } catch (error) {
        this.#workers.delete(worker);
        this.#options.onError(error);
      }
    }
    const now = this.#time.now();
    const lateMs = now - this.#dueAt;
    const owed = Math.floor(lateMs / FRAME_MS);
    const skipped = owed > MAX_OWED ? owed : 0;
    this.#dueAt += FRAME_MS * (1 + skipped);
    this.#options.onTick?.(Math.max(0, lateMs), skipped);
    if (this.#workers.size === 0) this.#cancel = null;
    else this.#wait(owed > 0 ? CATCH_UP_MS : 0);
  }
}
