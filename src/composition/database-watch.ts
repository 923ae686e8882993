import type { Clock } from "../clock.js";
import type { LeaseHolder } from "../lease/index.js";
import type { Logger } from "../logger.js";
import type { Store } from "../store/index.js";

export interface DatabaseWatchOptions {
  /** It writes every second, and so knows whether that is possible. */
  readonly holder: Pick<LeaseHolder, "trouble">;
  readonly store: Pick<Store, "freeBytes">;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_MS = 2000;
/** With less, the next change of any size may be refused. */
const NEEDED_BYTES = 16 * 1024 * 1024;

/** Whether the database can take what must be written. A lease's few bytes may fit where nothing else does, so the room on the disk is looked at too. */
export class DatabaseWatch {
  readonly #options: DatabaseWatchOptions;
  readonly #stop: () => void;
  #freeBytes: number | null = null;

  constructor(options: DatabaseWatchOptions) {
    this.#options = options;
    this.#stop = options.clock.every(LOOK_MS, () => void this.look());
    void this.look();
  }

  /** A sentence; null: it can. */
  trouble(): string | null {
    const trouble = this.#options.holder.trouble();
    if (trouble !== null) return `The database cannot be written: ${trouble}.`;
    if (this.#freeBytes === null || this.#freeBytes >= NEEDED_BYTES) return null;
    return `The disk of the database is full: ${Math.floor(this.#freeBytes / 1024)} KB are left.`;
  }

  async look(): Promise<void> {
    try {
      this.#freeBytes = await this.#options.store.freeBytes();
    } catch (error) {
      this.#options.logger.debug({ err: error }, "the room on the database's disk could not be read");
    }
  }

  close(): void {
    this.#stop();
  }
}
