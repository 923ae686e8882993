import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { CallplaneError } from "../errors.js";
import { SqliteAgents } from "./agents.js";
import { SqliteAgentStatus } from "./agent-status.js";
import { SqliteAudit } from "./audit.js";
import { SqliteCallbacks } from "./callbacks.js";
import { SqliteDepartments } from "./departments.js";
import { SqliteCallRecords } from "./call-records.js";
import { SqliteCdrQuarantine } from "./cdr-quarantine.js";
import type { Engine } from "./engine.js";
import { SqliteIdempotency } from "./idempotency.js";
import { migrate } from "./migrate.js";
import { SqliteOrganizations } from "./organizations.js";
import * as schema from "./schema.js";
import { SqlitePhoneLines } from "./phone-lines.js";
import { SqliteSwitchLives } from "./switch-lives.js";
import { SqliteTokens } from "./tokens.js";
import { SqliteTrunks } from "./trunks.js";
import type { Store, StoreWrite } from "./types.js";
import type { AuditKey } from "../audit/index.js";
import { SqliteUsers } from "./users.js";

const BUSY_TIMEOUT_MS = 5000;

/** The path behind a database URL: `:memory:`, `file:relative`, `file:/absolute` or `file:///absolute`. */
export function databasePath(url: string): string {
  const path = url.startsWith("file://") ? fileURLToPath(url) : url.replace(/^file:/, "");
  return path === ":memory:" ? path : resolve(path);
}

function connect(path: string): Sqlite.Database {
  if (path !== ":memory:") {
    mkdirSync(dirname(path), { recursive: true });
    // It holds password hashes: readable by its owner alone from its first byte; SQLite gives its WAL the same mode.
    closeSync(openSync(path, "a", 0o600));
  }
  return new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
}

export interface StoreOptions {
  /** Epoch milliseconds, for the age of idempotency keys. */
  readonly now?: () => number;
  /** Keys the audit log's chain; without one the chain shows what went wrong, not what was forged. */
  readonly auditKey?: AuditKey;
}

const NO_KEY: AuditKey = { key: new Uint8Array(0), made: false };

/**
 * Opens the database, making it and its directory when there is none, and brings it up to date.
 * Throws when the file cannot be opened, is no database, or was made by a newer version.
 */
export async function openStore(databaseUrl: string, options: StoreOptions = {}): Promise<Store> {
  const sqlite = connect(databasePath(databaseUrl));
  let migrations: number;
  try {
    sqlite.pragma("journal_mode = WAL");
    // In WAL mode this loses no committed write when the process dies, only (the newest ones) when the machine does.
    sqlite.pragma("synchronous = NORMAL");
    migrations = migrate(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  // Bounded by who is composed with it.
  const listeners = new Set<(write: StoreWrite) => Promise<void>>();
  const engine: Engine = {
    db: drizzle(sqlite, { schema }),
    sqlite,
    isOpen: () => sqlite.open,
    written: async (write) => {
      await Promise.all([...listeners].map((listener) => listener(write)));
    },
  };
  const { key, made } = options.auditKey ?? NO_KEY;
  const audit = new SqliteAudit(engine, key);
  try {
    // Once, when the key is new: later an entry without a hash is no older entry but one that somebody put there.
    if (made || (await audit.isChaining())) await audit.chain("system");
  } catch (error) {
    // A log that does not fit is told by its verification, and by the next entry; it keeps nobody from starting.
    if (!(error instanceof CallplaneError)) {
      sqlite.close();
      throw error;
    }
  }
  const dataVersion = sqlite.prepare<[], number>("PRAGMA data_version").pluck();
  return {
    organizations: new SqliteOrganizations(engine),
    departments: new SqliteDepartments(engine),
    agents: new SqliteAgents(engine),
    phoneLines: new SqlitePhoneLines(engine),
    trunks: new SqliteTrunks(engine),
    users: new SqliteUsers(engine),
    tokens: new SqliteTokens(engine),
    audit,
    idempotency: new SqliteIdempotency(engine, options.now ?? Date.now),
    agentStatus: new SqliteAgentStatus(engine),
    callbacks: new SqliteCallbacks(engine),
    callRecords: new SqliteCallRecords(engine),
    switchLives: new SqliteSwitchLives(engine),
    cdrQuarantine: new SqliteCdrQuarantine(engine),
    dataVersion: async () => dataVersion.get() ?? 0,
    onWrite: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    check: async () => ({ migrations, integrity: sqlite.prepare<[], string>("PRAGMA quick_check(1)").pluck().get() ?? "no answer" }),
    close: async () => {
      listeners.clear();
      sqlite.close();
    },
  };
}
