/** What the SQLite repositories share: units of work, and notice of changed accounts. */
import type Sqlite from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Piggyback } from "../../piggyback.js";
import type * as schema from "../schema.js";
import { Piggybacks } from "./piggybacks.js";
import { Units, type UnitLimits } from "./units.js";

export type Database = BetterSQLite3Database<typeof schema>;
export type Reader = Pick<Database, "select">;
export type Writer = Pick<Database, "select" | "insert" | "update" | "delete">;

export interface Connection {
  readonly db: Database;
  readonly sqlite: Sqlite.Database;
}

/** What repositories work with, by itself or as part of a unit of work. `work` awaits nothing but the queries that it makes. */
export interface Engine {
  /** Shows one moment of what is committed; in a unit of work, what that has written. Throws DatabaseUnavailable. */
  read<T>(work: (db: Reader) => Promise<T>): Promise<T>;
  /** All of it or nothing; in a unit of work, a part of that. Throws DatabaseUnavailable. */
  write<T>(work: (db: Writer) => Promise<T>): Promise<T>;
}

/** With the write-ahead log reads never wait for writers; in memory there is one connection for both. */
export class SqliteEngine implements Engine {
  readonly writer: Connection;
  readonly reader: Connection;
  readonly #writes: Units;
  readonly #reads: Units;
  readonly #piggybacks: Piggybacks;
  /** Bounded by who is composed with it. */
  readonly #listeners = new Set<() => Promise<void>>();
  readonly #newestChange: Sqlite.Statement<[], number | null>;
  #announced: number | null;
  #closing: Promise<void> | null = null;
  /** Called before each write: null, or a promise that rejects when this process may not write any more. */
  fence: () => Promise<void> | null = () => null;
  /** For the fence itself. */
  readonly unfenced: Engine = {
    read: (work) => this.read(work),
    write: (work) => this.#writes.run(() => work(this.writer.db)),
  };

  constructor(writer: Connection, reader: Connection, limits: UnitLimits) {
    this.writer = writer;
    this.reader = reader;
    this.#writes = new Units(writer.sqlite, "BEGIN IMMEDIATE", limits);
    this.#reads = reader === writer ? this.#writes : new Units(reader.sqlite, "BEGIN", limits);
    this.#piggybacks = new Piggybacks(writer.sqlite);
    this.#newestChange = writer.sqlite.prepare<[], number | null>("SELECT max(id) FROM changes").pluck();
    this.#announced = this.#newestChange.get() ?? null;
  }

  read<T>(work: (db: Reader) => Promise<T>): Promise<T> {
    return this.#reads.run(() => work(this.reader.db));
  }

  /** Waits for the listeners when the accounts have changed. */
  async write<T>(work: (db: Writer) => Promise<T>): Promise<T> {
    const doubt = this.fence();
    if (doubt !== null) await doubt;
    let changed = false;
    const result = await this.#piggybacks.carry((writeMore) =>
      this.#writes.run(async () => {
        const done = await work(this.writer.db);
        await writeMore();
        const newest = this.#newestChange.get() ?? null;
        changed = newest !== this.#announced;
        this.#announced = newest;
        return done;
      }),
    );
    if (changed) await Promise.all([...this.#listeners].map((listener) => listener()));
    return result;
  }

  /** `work` must use the given engine alone: writes of another one would wait for this unit to end. */
  unit<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    return this.write(() => new Part(this.writer.db).all(work));
  }

  /** Asks at the end of each write of anybody (but those of `unfenced`) for rows that wait, and writes them with it; `write` awaits nothing but its queries. Gives the function that ends it. */
  piggyback<T>(rows: Piggyback<T>, write: (tx: Writer, waiting: readonly T[]) => Promise<void>): () => void {
    return this.#piggybacks.add(rows, (waiting) => write(this.writer.db, waiting));
  }

  onWrite(listener: () => Promise<void>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `ok`, or SQLite's own words. */
  integrity(): string {
    return this.reader.sqlite.prepare<[], string>("PRAGMA quick_check(1)").pluck().get() ?? "no answer";
  }

  isOpen(): boolean {
    return this.writer.sqlite.open;
  }

  /** Refuses waiting units; the running one ends. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#listeners.clear();
    await Promise.all([this.#writes.close(), this.#reads.close()]);
    this.reader.sqlite.close();
    this.writer.sqlite.close();
  }
}

/** The engine within a unit of work. */
class Part implements Engine {
  readonly #db: Database;
  #failure: { readonly error: unknown } | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Throws what any part of it threw, so that no half of a write is committed. */
  async all<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const result = await work(this);
    if (this.#failure !== null) throw this.#failure.error;
    return result;
  }

  read<T>(work: (db: Reader) => Promise<T>): Promise<T> {
    return work(this.#db);
  }

  async write<T>(work: (db: Writer) => Promise<T>): Promise<T> {
    try {
      return await work(this.#db);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }
}
