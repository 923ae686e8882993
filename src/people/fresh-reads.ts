import { systemClock, type Clock } from "../clock.js";
import type { Logger } from "../logger.js";

const DEFAULT_POLL_MS = 1000;

export interface FreshReadsOptions<Write> {
  readonly store: {
    /** What has been written since `last` of an earlier answer; null: everything is to be read. */
    writesSince(last: number | null): Promise<{ readonly last: number; readonly writes: readonly Write[] | null }>;
    /** Called after own writes, which wait for it. */
    onWrite(handler: () => Promise<void>): () => void;
  };
  readonly readAll: () => Promise<void>;
  /** Reads what was written again. */
  readonly readWritten: (write: Write) => Promise<void>;
  /** Called when something was read; own writes wait for it too. */
  readonly afterRead?: () => Promise<void>;
  readonly logger: Logger;
  /** What is read, for the log. */
  readonly what: string;
  /** How often another process's writes are looked for, milliseconds; default 1000. */
  readonly pollMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** A cache of the database that is refreshed with each own write, and by polling for those of other processes. Nothing is read before the first `refresh`. */
export class FreshReads<Write> {
  readonly #options: FreshReadsOptions<Write>;
  readonly #stops: (() => void)[];
  /** What has been read; null: nothing yet. */
  #last: number | null = null;
  /** The reads run one after the other, so that an older one does not overwrite a newer one. */
  #work: Promise<void> = Promise.resolve();
  #polling = false;
  #closed = false;

  constructor(options: FreshReadsOptions<Write>) {
    this.#options = options;
    const { store, pollMs = DEFAULT_POLL_MS, clock = systemClock } = options;
    this.#stops = [store.onWrite(() => this.refresh()), clock.every(pollMs, () => this.#poll())];
  }

  /** Reads what any process has written since. What cannot be read now is read the next time. */
  async refresh(): Promise<void> {
    const done = this.#work.then(() => this.#read());
    this.#work = done.then(() => undefined, () => undefined);
    if (await done) await this.#options.afterRead?.();
  }

  /** Reads for the first time; gives whoever holds what is read, or closes it when it cannot be read. */
  async opened<Holder extends { close(): void }>(holder: Holder): Promise<Holder> {
    try {
      await this.refresh();
      return holder;
    } catch (error) {
      holder.close();
      throw error;
    }
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Whether there was anything to read. */
  async #read(): Promise<boolean> {
    if (this.#closed) return false;
    const { store, readAll, readWritten } = this.#options;
    // Asked first: what is written while the tables are read is told the next time.
    const { last, writes } = await store.writesSince(this.#last);
    if (writes === null) await readAll();
    else for (const write of writes) await readWritten(write);
    this.#last = last;
    return writes === null || writes.length > 0;
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
