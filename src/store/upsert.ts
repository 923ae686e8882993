/** Rows that are written with each event: prepared once, where drizzle would build and prepare the statement anew each time and takes no null for a prepared date. */
import type Sqlite from "better-sqlite3";
import { getTableColumns, getTableName } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Engine } from "./engine.js";

const quoted = (name: string): string => `"${name}"`;

/** Inserts rows of `Row`, whose keys are columns of the table. */
export class Upsert<Row extends object> {
  readonly #statement: Sqlite.Statement<unknown[]>;
  readonly #columns: readonly { readonly key: keyof Row; readonly toDriver: (value: unknown) => unknown }[];

  /** `target`: the key of which there is one row, which is overwritten but for `kept`; without it each row is another one. */
  constructor({ sqlite }: Engine, table: SQLiteTable, keys: readonly (keyof Row & string)[], { target = [], kept = [] }: { readonly target?: readonly string[]; readonly kept?: readonly string[] } = {}) {
    const columns = getTableColumns(table);
    const used = keys.map((key) => {
      const column = columns[key];
      if (column === undefined) throw new Error(`${getTableName(table)} has no column for ${key}`);
      return { key, column };
    });
    const nameOf = (key: string): string => quoted(columns[key]?.name ?? key);
    const set = used.filter(({ key }) => !target.includes(key) && !kept.includes(key)).map(({ key }) => `${nameOf(key)} = excluded.${nameOf(key)}`);
    const conflict = target.length === 0 ? "" : ` ON CONFLICT (${target.map(nameOf).join(", ")}) DO UPDATE SET ${set.join(", ")}`;
    this.#statement = sqlite.prepare(`INSERT INTO ${quoted(getTableName(table))} (${keys.map(nameOf).join(", ")}) VALUES (${keys.map(() => "?").join(", ")})${conflict}`);
    this.#columns = used.map(({ key, column }) => ({ key, toDriver: (value) => column.mapToDriverValue(value) }));
  }

  run(row: Row): void {
    this.#statement.run(
      this.#columns.map(({ key, toDriver }) => {
        const value: unknown = row[key];
        return value === null ? null : toDriver(value);
      }),
    );
  }
}
