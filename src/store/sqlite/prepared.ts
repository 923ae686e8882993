import type { Reader } from "./engine.js";

/** As SQLite keeps it: the columns' own conversions are not applied. A Date is its milliseconds. */
type Value = string | number | null;

interface Query<T> {
  prepare(): { all(values: Record<string, Value>): T[] };
}

/** A query that is asked several times a second. Building one costs ten times what SQLite needs to run it and find nothing, so it is built once for each connection. */
export class Prepared<T> {
  readonly #query: (db: Reader) => Query<T>;
  /** By connection. */
  readonly #made = new WeakMap<Reader, ReturnType<Query<T>["prepare"]>>();

  /** @param query with placeholders for what differs */
  constructor(query: (db: Reader) => Query<T>) {
    this.#query = query;
  }

  /** Its rows. `values`: by the placeholders' names. */
  async rows(db: Reader, values: Record<string, Value>): Promise<readonly T[]> {
    const made = this.#made.get(db) ?? this.#query(db).prepare();
    this.#made.set(db, made);
    return made.all(values);
  }
}
