/** Opens SQLite's connections: one that writes, one that reads. */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import * as schema from "../schema.js";
import { SqliteEngine, type Connection } from "./engine.js";
import { migrate } from "./migrate.js";
import type { UnitLimits } from "./units.js";

/** Opening may wait for another process that migrates the database. */
const OPEN_TIMEOUT_MS = 5000;
/** Readers meet a lock only for an instant: while another process recovers the write-ahead log, or is the last to close the database. */
const READ_TIMEOUT_MS = 20;
const MEMORY = ":memory:";

/** The path behind a database URL: `:memory:`, `file:relative`, `file:/absolute` or `file:///absolute`. */
export function databasePath(url: string): string {
  const path = url.startsWith("file://") ? fileURLToPath(url) : url.replace(/^file:/, "");
  return path === MEMORY ? path : resolve(path);
}

/** A database in memory that was brought up to date, without a row of its own: the next one begins as its copy, which takes a twentieth of the time. */
let upToDate: Buffer | null = null;

function connect(database: string | Buffer): Connection {
  const sqlite = new Sqlite(database, { timeout: OPEN_TIMEOUT_MS });
  return { sqlite, db: drizzle(sqlite, { schema }) };
}

/**
 * Opens the database, making it and its directory when there is none, and brings it up to date; gives its number of migrations.
 * Throws when the file cannot be opened, is no database, or was made by a newer version.
 */
export function openEngine(databaseUrl: string, limits: UnitLimits): { readonly engine: SqliteEngine; readonly migrations: number } {
  const path = databasePath(databaseUrl);
  if (path !== MEMORY) {
    mkdirSync(dirname(path), { recursive: true });
    // It holds password hashes: readable by its owner alone from its first byte; SQLite gives its WAL the same mode.
    closeSync(openSync(path, "a", 0o600));
  }
  const writer = connect(path === MEMORY ? (upToDate ?? MEMORY) : path);
  try {
    writer.sqlite.pragma("journal_mode = WAL");
    // In WAL mode this loses no committed write when the process dies, only (the newest ones) when the machine does.
    writer.sqlite.pragma("synchronous = NORMAL");
    const migrations = migrate(writer.sqlite);
    if (path === MEMORY) upToDate ??= writer.sqlite.serialize();
    writer.sqlite.pragma("busy_timeout = 0");
    return { engine: new SqliteEngine(writer, path === MEMORY ? writer : readerOf(path), limits), migrations };
  } catch (error) {
    writer.sqlite.close();
    throw error;
  }
}

function readerOf(path: string): Connection {
  const reader = connect(path);
  reader.sqlite.pragma("query_only = ON");
  reader.sqlite.pragma(`busy_timeout = ${READ_TIMEOUT_MS}`);
  return reader;
}
