/** Statements for rows that are written with each event. Prepared once: drizzle would prepare them anew each time, and takes no null for a prepared date. */
import type Sqlite from "better-sqlite3";
import { getTableColumns, getTableName } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Connection } from "./engine.js";

const quoted = (name: string): string => `"${name}"`;

interface UpsertOptions {
  /** The unique key of rows that are overwritten; without it each row is new. */
  readonly target?: readonly string[];
  /** Columns that stay as they are when the row is overwritten. */
  readonly kept?: readonly string[];
  /** Columns that the database fills by itself. */
  readonly generated?: readonly string[];
}

/** Inserts whole rows of the table. */
export class Upsert<Table extends SQLiteTable> {
  readonly #statement: Sqlite.Statement<unknown[]>;
  readonly #columns: readonly { readonly key: string; readonly toDriver: (value: unknown) => unknown }[];

  constructor({ sqlite }: Connection, table: Table, { target = [], kept = [], generated = [] }: UpsertOptions = {}) {
    const columns = Object.entries(getTableColumns(table)).filter(([key]) => !generated.includes(key)).map(([key, column]) => ({ key, name: quoted(column.name), toDriver: (value: unknown) => column.mapToDriverValue(value) }));
    const names = (some: typeof columns): string[] => some.map(({ name }) => name);
    const overwritten = names(columns.filter(({ key }) => !target.includes(key) && !kept.includes(key)));
    const conflict = target.length === 0 ? "" : ` ON CONFLICT (${names(columns.filter(({ key }) => target.includes(key))).join(", ")}) DO UPDATE SET ${overwritten.map((name) => `${name} = excluded.${name}`).join(", ")}`;
    this.#statement = sqlite.prepare(`INSERT INTO ${quoted(getTableName(table))} (${names(columns).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})${conflict}`);
    this.#columns = columns;
  }

  run(row: Table["$inferInsert"]): void {
    const values = new Map<string, unknown>(Object.entries(row));
    this.#statement.run(
      this.#columns.map(({ key, toDriver }) => {
        const value = values.get(key) ?? null;
        return value === null ? null : toDriver(value);
      }),
    );
  }
}
