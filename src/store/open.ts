import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { systemClock, type Clock } from "../clock.js";
import { CallplaneError } from "../errors.js";
import type { AuditKey } from "../audit/index.js";
import { SqliteAgents } from "./agents.js";
import { SqliteAgentStatus } from "./agent-status.js";
import { SqliteAudit } from "./audit.js";
import { SqliteBrowserSessions } from "./browser-sessions.js";
import { SqliteChanges } from "./changes.js";
import { SqliteCallbacks } from "./callbacks.js";
import { SqliteDeliveries } from "./deliveries.js";
import { SqliteDepartments } from "./departments.js";
import { SqliteCallRecords } from "./call-records.js";
import { SqliteCdrQuarantine } from "./cdr-quarantine.js";
import { SqliteFigures } from "./sqlite/figures.js";
import { SqlitePointers } from "./in-use.js";
import { SqliteIdempotency } from "./idempotency.js";
import { SqliteLegWatches } from "./leg-watches.js";
import { SqliteNodeLeases } from "./node-leases.js";
import { SqliteOrganizations } from "./organizations.js";
import { SqlitePhoneLines } from "./phone-lines.js";
import { SqliteProgramConferences } from "./program-conferences.js";
import { databasePath, openEngine } from "./sqlite/connect.js";
import type { Engine } from "./sqlite/engine.js";
import { SqliteSharedNumbers } from "./shared-numbers.js";
import { SqliteSwitchLives } from "./switch-lives.js";
import { SqliteTokens } from "./tokens.js";
import { SqliteTwimlApps } from "./twiml-apps.js";
import { SqliteTrunks } from "./trunks.js";
import type { Accounts, Store } from "./types.js";
import { SqliteUsers } from "./users.js";
import { SqliteVoiceAccounts } from "./voice-accounts.js";
import { SqliteVoiceConfigs } from "./voice-configs.js";
import { SqliteWebhooks } from "./webhooks.js";

/** How long a write waits for another process's lock before it is refused. */
const LOCK_WAIT_MS = 5000;
const MAX_WAITING_WRITES = 1000;

export interface StoreOptions {
  /** For the age of idempotency keys. */
  readonly clock?: Clock;
  /** Keys the audit log's chain; without it the chain shows accidents, not forgery. */
  readonly auditKey?: AuditKey;
  /** Milliseconds that a write waits for earlier writes and another process's lock together; default 5000. */
  readonly lockWaitMs?: number;
  /** Writes that wait; those beyond are refused. Default 1000. */
  readonly maxWaitingWrites?: number;
}

async function freeBytes(path: string): Promise<number | null> {
  if (path === ":memory:") return null;
  const { bavail, bsize } = await statfs(dirname(path));
  return bavail * bsize;
}

const NO_KEY: AuditKey = { key: new Uint8Array(0), made: false };

/**
 * Opens the database, making it and its directory when there is none, and brings it up to date.
 * Throws when the file cannot be opened, is no database, or was made by a newer version.
 */
export async function openStore(databaseUrl: string, options: StoreOptions = {}): Promise<Store> {
  const { auditKey: { key, made } = NO_KEY, lockWaitMs = LOCK_WAIT_MS, maxWaitingWrites = MAX_WAITING_WRITES, clock = systemClock } = options;
  const { engine, migrations } = openEngine(databaseUrl, { lockWaitMs, maxWaiting: maxWaitingWrites });
  const audit = new SqliteAudit(engine, key);
  try {
    // Only when the key is new: later, an entry without a hash is not an older one but a forged one.
    if (made || (await audit.isChaining())) await audit.chain("system");
  } catch (error) {
    // Verification and the next entry report a broken chain; it does not prevent the start.
    if (!(error instanceof CallplaneError)) {
      await engine.close();
      throw error;
    }
  }
  const changes = new SqliteChanges(engine);
  const idempotency = new SqliteIdempotency(engine, clock);
  return {
    ...accounts(engine),
    audit,
    idempotency,
    agentStatus: new SqliteAgentStatus(engine),
    callbacks: new SqliteCallbacks(engine),
    callRecords: new SqliteCallRecords(engine),
    switchLives: new SqliteSwitchLives(engine),
    legWatches: new SqliteLegWatches(engine),
    programConferences: new SqliteProgramConferences(engine),
    nodeLeases: new SqliteNodeLeases(engine.unfenced),
    deliveries: new SqliteDeliveries(engine),
    twimlApps: new SqliteTwimlApps(engine),
    cdrQuarantine: new SqliteCdrQuarantine(engine),
    figures: new SqliteFigures(engine),
    pointers: new SqlitePointers(engine),
    transaction: (work) => engine.unit((part) => work({ ...accounts(part), audit: audit.within(part) })),
    writesSince: (last) => changes.since(last),
    onWrite: (listener) => engine.onWrite(listener),
    fence: (ask) => {
      engine.fence = ask;
    },
    freeBytes: () => freeBytes(databasePath(databaseUrl)),
    check: async () => ({ migrations, integrity: engine.integrity() }),
    close: () => {
      idempotency.close();
      return engine.close();
    },
  };
}

const accounts = (engine: Engine): Accounts => ({
  organizations: new SqliteOrganizations(engine),
  departments: new SqliteDepartments(engine),
  agents: new SqliteAgents(engine),
  phoneLines: new SqlitePhoneLines(engine),
  sharedNumbers: new SqliteSharedNumbers(engine),
  voiceConfigs: new SqliteVoiceConfigs(engine),
  trunks: new SqliteTrunks(engine),
  users: new SqliteUsers(engine),
  tokens: new SqliteTokens(engine),
  browserSessions: new SqliteBrowserSessions(engine),
  voiceAccounts: new SqliteVoiceAccounts(engine),
  webhooks: new SqliteWebhooks(engine),
});
