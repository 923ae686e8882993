import { systemClock, type Clock } from "../clock.js";

const DEFAULT_POLL_MS = 1000;

export interface FreshReadsOptions<Write> {
  readonly store: {
    /** Changes when another process has committed. */
    dataVersion(): Promise<number>;
    /** Called after own writes, which wait for it. */
    onWrite(handler: (write: Write) => Promise<void>): () => void;
  };
  readonly readAll: () => Promise<void>;
  /** Takes over an own write, reading `inOrder`. */
  readonly readWritten: (write: Write) => Promise<void>;
  readonly logger: { error(fields: object, message: string): void };
  /** What is read, for the log. */
  readonly what: string;
  /** How often another process's writes are looked for, milliseconds; default 1000. */
  readonly pollMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Keeps a picture of the database fresh: with each own write, and within the poll of another process's. Nothing is read before the first `refresh`. */
export class FreshReads<Write> {
  readonly #options: FreshReadsOptions<Write>;
  readonly #stops: (() => void)[];
  #version = -1;
  /** The reads under way, in order: an older picture must not replace a newer one. */
  #work: Promise<void> = Promise.resolve();
  #polling = false;
  #closed = false;

  constructor(options: FreshReadsOptions<Write>) {
    this.#options = options;
    const { store, readWritten, pollMs = DEFAULT_POLL_MS, clock = systemClock } = options;
    this.#stops = [store.onWrite(readWritten), clock.every(pollMs, () => this.#poll())];
  }

  /** Rejects as `read` does; those behind it go on. */
  inOrder(read: () => Promise<void>): Promise<void> {
    const done = this.#work.then(async () => {
      if (!this.#closed) await read();
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** Reads all again if another process has written. */
  refresh(): Promise<void> {
    return this.inOrder(async () => {
      // Asked first: what is written while the tables are read changes it again, and is read next time.
      const version = await this.#options.store.dataVersion();
      if (version === this.#version) return;
      await this.#options.readAll();
      this.#version = version;
    });
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#stops.splice(0)) stop();
  }

  #poll(): void {
    if (this.#polling) return;
    this.#polling = true;
    this.refresh()
      .catch((error: unknown) => this.#options.logger.error({ err: error }, `${this.#options.what} could not be read again; the last known ones are used`))
      .finally(() => {
        this.#polling = false;
      });
  }
}
