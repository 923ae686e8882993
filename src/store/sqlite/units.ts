/** Units of work on one connection, one after the other. A lock of another process is retried, never waited for on the event loop. */
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type Sqlite from "better-sqlite3";
import type { CallplaneError } from "../../errors.js";
import { Patience } from "./patience.js";
import { isLocked, translated, unavailable } from "./refusal.js";

const MAX_RETRY_MS = 10;
/** How long units run without a turn of the event loop; I/O waits so long. */
const MAX_TURN_MS = 10;

export interface UnitLimits {
  /** Milliseconds that a unit waits for its turn and the lock together; those in which this process did not run do not count. */
  readonly lockWaitMs: number;
  /** Units that wait for their turn. */
  readonly maxWaiting: number;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: (error: CallplaneError) => void;
}

/**
 * A unit may await only this connection, since it holds up all other units, and a writer other processes as well. It continues in microtasks, so that no I/O of
 * this process comes between its statements.
 */
export class Units {
  readonly #sqlite: Sqlite.Database;
  readonly #limits: UnitLimits;
  readonly #begin: Sqlite.Statement;
  readonly #commit: Sqlite.Statement;
  readonly #rollback: Sqlite.Statement;
  /** Bounded by `maxWaiting`. */
  readonly #waiting: Waiting[] = [];
  readonly #patience = new Patience();
  #running = false;
  #turnedAt = 0;
  #closing: Promise<void> | null = null;
  #idle: (() => void) | null = null;

  constructor(sqlite: Sqlite.Database, begin: "BEGIN" | "BEGIN IMMEDIATE", limits: UnitLimits) {
    this.#sqlite = sqlite;
    this.#limits = limits;
    this.#begin = sqlite.prepare(begin);
    this.#commit = sqlite.prepare("COMMIT");
    this.#rollback = sqlite.prepare("ROLLBACK");
  }

  /** Commits what `work` did when it resolves. Throws what it throws, and DatabaseUnavailable for what the database cannot do now. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const leftMs = await this.#turn();
    try {
      await this.#lock(leftMs);
      try {
        const result = await work();
        this.#commit.run();
        return result;
      } catch (error) {
        // SQLite rolls back by itself after some errors, such as a full disk.
        if (this.#sqlite.inTransaction) this.#rollback.run();
        throw translated(error);
      }
    } finally {
      this.#next();
    }
  }

  /** Refuses waiting units; resolves when the running one has ended. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= new Promise<void>((resolve) => {
      if (this.#running) this.#idle = resolve;
      else resolve();
    });
    for (const { refuse } of this.#waiting.splice(0)) refuse(unavailable("The database is closed."));
    return this.#closing;
  }

  /** Resolves when it is this unit's turn, with what is left of its limit. */
  async #turn(): Promise<number> {
    if (this.#closing !== null) throw unavailable("The database is closed.");
    if (!this.#running) {
      this.#running = true;
      return this.#limits.lockWaitMs;
    }
    if (this.#waiting.length >= this.#limits.maxWaiting) throw unavailable("Too many writes wait for the database.");
    const wait = this.#patience.begin(this.#limits.lockWaitMs);
    return new Promise<number>((resolve, reject) => {
      const look = (): void => {
        const left = wait.left();
        if (left > 0) {
          timer = setTimeout(look, left);
          return;
        }
        const place = this.#waiting.indexOf(waiting);
        // Its turn has come, and it begins at once: if it did not, nobody would give the turn to the next one.
        if (place === -1) return;
        this.#waiting.splice(place, 1);
        reject(unavailable());
      };
      let timer = setTimeout(look, this.#limits.lockWaitMs);
      const waiting: Waiting = {
        start: () => {
          clearTimeout(timer);
          resolve(wait.left());
        },
        refuse: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiting.push(waiting);
    }).finally(() => wait.end());
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#running = false;
      this.#idle?.();
      return;
    }
    const now = performance.now();
    if (now - this.#turnedAt < MAX_TURN_MS) {
      next.start();
      return;
    }
    setImmediate(() => {
      this.#turnedAt = performance.now();
      next.start();
    });
  }

  async #lock(leftMs: number): Promise<void> {
    if (this.#isBegun(leftMs > 0)) return;
    const wait = this.#patience.begin(leftMs);
    try {
      for (let retryMs = 1; ; retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)) {
        await delay(retryMs);
        if (this.#isBegun(wait.left() >= retryMs)) return;
      }
    } finally {
      wait.end();
    }
  }

  /** False: the database is locked, and may be asked again. */
  #isBegun(mayAskAgain: boolean): boolean {
    if (this.#closing !== null) throw unavailable("The database is closed.");
    try {
      this.#begin.run();
      return true;
    } catch (error) {
      if (!isLocked(error) || !mayAskAgain) throw translated(error);
      return false;
    }
  }
}
