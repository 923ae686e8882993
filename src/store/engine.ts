/** What the SQLite repositories share: the database, and the news of own writes. */
import type Sqlite from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { StoreWrite } from "./types.js";
import type * as schema from "./schema.js";

export type Database = BetterSQLite3Database<typeof schema>;

export interface Engine {
  readonly db: Database;
  /** The connection under it. */
  readonly sqlite: Sqlite.Database;
  isOpen(): boolean;
  /** Tells the listeners of a committed write and waits for them. */
  written(write: StoreWrite): Promise<void>;
}

/** A page size between 1 and 1000, 100 by default. */
export const pageSize = (limit: number | undefined): number => Math.min(Math.max(Math.trunc(limit ?? 100), 1), 1000);

// A read before the write makes SQLite refuse to upgrade the lock when another process wrote between; taking the write lock at the start waits instead.
export const IMMEDIATE = { behavior: "immediate" } as const;
