import type Sqlite from "better-sqlite3";
import type { Piggyback } from "../../piggyback.js";

interface Added {
  /** What waits, as a write to be made within the unit; null where nothing does. */
  readonly take: () => (() => Promise<void>) | null;
  readonly taken: (isCommitted: boolean) => void;
}

/** Rows that units of work of anybody write at their end, on the connection that writes. */
export class Piggybacks {
  readonly #sqlite: Sqlite.Database;
  readonly #begin: Sqlite.Statement;
  readonly #keep: Sqlite.Statement;
  readonly #undo: Sqlite.Statement;
  /** Bounded by who is composed with the engine. */
  readonly #all = new Set<Added>();

  constructor(sqlite: Sqlite.Database) {
    this.#sqlite = sqlite;
    this.#begin = sqlite.prepare("SAVEPOINT piggyback");
    this.#keep = sqlite.prepare("RELEASE piggyback");
    this.#undo = sqlite.prepare("ROLLBACK TO piggyback");
  }

  /** `write` awaits nothing but the queries that it makes. Gives the function that ends it. */
  add<T>(rows: Piggyback<T>, write: (waiting: readonly T[]) => Promise<void>): () => void {
    const take = (): (() => Promise<void>) | null => {
      const waiting = rows.take();
      return waiting.length === 0 ? null : () => write(waiting);
    };
    const added = { take, taken: (isCommitted: boolean) => rows.taken(isCommitted) };
    this.#all.add(added);
    return () => this.#all.delete(added);
  }

  /** Runs a unit, which calls `write` at its end. Rows that cannot be written then are left out; they never fail the unit, unless the database gives up the whole of it. */
  async carry<T>(unit: (write: () => Promise<void>) => Promise<T>): Promise<T> {
    // Bounded by `#all`.
    const written: Added[] = [];
    let isCommitted = false;
    try {
      const result = await unit(() => this.#write(written));
      isCommitted = true;
      return result;
    } finally {
      for (const { taken } of written) taken(isCommitted);
    }
  }

  async #write(written: Added[]): Promise<void> {
    for (const added of this.#all) {
      const write = added.take();
      if (write === null) continue;
      written.push(added);
      this.#begin.run();
      try {
        await write();
      } catch (error) {
        if (!this.#sqlite.inTransaction) throw error;
        this.#undo.run();
        written.pop();
        added.taken(false);
      }
      this.#keep.run();
    }
  }
}
