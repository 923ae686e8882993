import { z } from "zod";
import { within } from "../abort.js";
import type { Logger } from "../logger.js";
import { Carried } from "../piggyback.js";
import { noSpool, type Spool } from "../spool.js";
import type { AuditEntry, AuditFilter, AuditLog, AuditRecord, AuditRepository } from "./types.js";

const MAX_WAITING = 10_000;
/** Entries of one transaction; the event loop waits for it. */
const BATCH = 100;
/** How long an entry of the spool file waits for another's commit, such as its act's record. */
const GATHER_MS = 60;
const RETRY_MS = 1000;
/** How long an entry stays in memory alone, and a list waits for entries that were appended before it. */
const PATIENCE_MS = 50;

export interface StoreAuditLog extends AuditLog {
  /** Newest first, with the entries just appended if the database takes them at once. */
  list(filter?: AuditFilter): Promise<readonly AuditRecord[]>;
  /** Entries that could not be kept since the start. */
  lost(): number;
  /** Writes what other processes have left in their spool files. Never rejects: what cannot be written stays there, and is tried again after a write. */
  recover(): Promise<void>;
  /** Resolves when the waiting entries are written, in the spool file, or counted as lost. Idempotent. */
  close(): Promise<void>;
}

export interface AuditLogOptions {
  readonly logger: Logger;
  /** Where entries of acts, and all that the database does not take, wait for it; without one they wait in memory. */
  readonly spool?: Spool;
  readonly retryMs?: number;
}

type Entries = Pick<AuditRepository, "append" | "piggyback" | "list" | "isRefusal">;

/** Writes the entries of one turn of the event loop together, or with another's commit where one comes first. Entries that the database cannot take now wait, in the spool file too, so that they outlive the process. */
class BatchingAuditLog implements StoreAuditLog {
  readonly #entries: Entries;
  readonly #logger: Logger;
  readonly #spool: Spool;
  readonly #retryMs: number;
  /** Those being written come first. Bounded by `MAX_WAITING`. */
  #waiting: AuditEntry[] = [];
  /** Entries in the spool file. */
  readonly #spooled = new WeakSet<AuditEntry>();
  /** Entries of other processes' files. */
  readonly #found = new WeakSet<AuditEntry>();
  readonly #mayBeThere = (entry: AuditEntry): boolean => this.#found.has(entry) || (this.#spooled.has(entry) && this.#spool.isTaken());
  #lost = 0;
  #failing = false;
  #isRecoveryDue = false;
  #scheduled: NodeJS.Immediate | null = null;
  #gathering: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #patience: NodeJS.Timeout | null = null;
  #work: Promise<void> | null = null;
  readonly #carried = new Carried(() => (this.#work === null ? this.#waiting.slice(0, BATCH) : []), (count) => this.#written(count));
  readonly #endPiggyback: () => void;
  #closing: Promise<void> | null = null;

  constructor(entries: Entries, { logger, spool = noSpool, retryMs = RETRY_MS }: AuditLogOptions) {
    this.#entries = entries;
    this.#logger = logger;
    this.#spool = spool;
    this.#retryMs = retryMs;
    this.#endPiggyback = entries.piggyback(this.#carried, this.#mayBeThere);
  }

  append(entry: AuditEntry, { confirms = false }: Parameters<AuditLog["append"]>[1] = {}): void {
    if (this.#closing !== null || this.#waiting.length >= MAX_WAITING) {
      this.#lose([entry], this.#closing === null ? "too many audit entries wait to be written" : "the audit log is closed");
      return;
    }
    this.#waiting.push(entry);
    this.#patience ??= setTimeout(() => this.#toSpool(), PATIENCE_MS).unref();
    const canWait = confirms && this.#keep([entry]);
    if (this.#retry !== null) return;
    if (canWait) this.#gathering ??= setTimeout(() => void this.#flush(), GATHER_MS).unref();
    else this.#scheduled ??= setImmediate(() => void this.#flush());
  }

  async list(filter: AuditFilter = {}): Promise<readonly AuditRecord[]> {
    if (this.#closing === null && !this.#failing) await within(this.#flush(), PATIENCE_MS);
    return this.#entries.list(filter);
  }

  lost(): number {
    return this.#lost;
  }

  async recover(): Promise<void> {
    this.#isRecoveryDue = false;
    try {
      await this.#spool.recover(async (lines) => {
        const left = entriesIn(lines, this.#logger);
        for (const entry of left) this.#found.add(entry);
        while (left.length > 0) await this.#writeFirst(left);
      });
    } catch (error) {
      this.#logger.error({ err: error }, "a spool file of the audit log cannot be brought into the database; it is tried again after the next write");
      this.#isRecoveryDue = true;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#flush();
    this.#endPiggyback();
    if (this.#waiting.length > 0 && !this.#toSpool()) this.#lose(this.#waiting.splice(0), "audit entries could not be written before the end");
    this.#stopTimers();
  }

  #written(count: number): void {
    this.#waiting.splice(0, count);
    if (this.#waiting.length > 0) return;
    this.#allWritten();
    this.#spool.clear();
  }

  /** Never rejects; one at a time. */
  #flush(): Promise<void> {
    this.#stopTimers();
    this.#work ??= this.#carried.after(() => this.#write()).finally(() => {
      this.#work = null;
      if (this.#waiting.length > 0) this.#again();
    });
    return this.#work;
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#writeFirst(this.#waiting);
      this.#allWritten();
      this.#spool.clear();
      if (this.#isRecoveryDue && this.#closing === null) void this.recover();
    } catch (error) {
      if (!this.#failing) this.#logger.error({ err: error, entries: this.#waiting.length }, "audit entries cannot be written; trying again");
      this.#failing = true;
    }
  }

  #allWritten(): void {
    if (this.#failing) this.#logger.info({}, "audit entries are written again");
    this.#failing = false;
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
    this.#stopTimers();
  }

  /** Removes from `entries` what is written; throws when the database cannot write now. */
  async #writeFirst(entries: AuditEntry[]): Promise<void> {
    const batch = entries.slice(0, BATCH);
    try {
      await this.#entries.append(batch, this.#mayBeThere);
    } catch (error) {
      if (!this.#entries.isRefusal(error)) throw error;
      // An entry that the database will never take must not hold back the others.
      for (const entry of batch) {
        await this.#writeAlone(entry);
        entries.shift();
      }
      return;
    }
    entries.splice(0, batch.length);
    if (entries.length > 0) await new Promise(setImmediate);
  }

  async #writeAlone(entry: AuditEntry): Promise<void> {
    try {
      await this.#entries.append([entry], this.#mayBeThere);
    } catch (error) {
      if (!this.#entries.isRefusal(error)) throw error;
      this.#lose([entry], `the database refuses an audit entry: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** False when entries are in memory alone. */
  #toSpool(): boolean {
    this.#patience = null;
    if (this.#spool === noSpool) return false;
    const fresh = this.#waiting.filter((entry) => !this.#spooled.has(entry));
    if (this.#keep(fresh)) return true;
    for (const entry of fresh) this.#logger.error({ audit: entry }, "neither the database nor the spool file takes an audit entry; it waits in memory");
    return false;
  }

  #keep(entries: readonly AuditEntry[]): boolean {
    if (!this.#spool.keep(entries)) return false;
    for (const entry of entries) this.#spooled.add(entry);
    return true;
  }

  #again(): void {
    if (this.#closing !== null) return;
    this.#retry ??= setTimeout(() => void this.#flush(), this.#retryMs);
    this.#retry.unref();
  }

  #lose(entries: readonly AuditEntry[], why: string): void {
    this.#lost += entries.length;
    // The log is the last place where they can be found.
    for (const entry of entries) this.#logger.error({ audit: entry }, why);
  }

  #stopTimers(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#scheduled = null;
    this.#gathering = null;
    this.#retry = null;
  }
}

const spooled = z.object({
  at: z.coerce.date(), organizationId: z.number().nullable(), actor: z.string(), action: z.string(), target: z.string(), detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

function entriesIn(lines: readonly unknown[], logger: Logger): AuditEntry[] {
  return lines.flatMap((line): readonly AuditEntry[] => {
    const parsed = spooled.safeParse(line);
    if (parsed.success) return [parsed.data];
    logger.error({ line }, "a line of the audit log's spool file cannot be read");
    return [];
  });
}

export const createAuditLog = (entries: Entries, options: AuditLogOptions): StoreAuditLog => new BatchingAuditLog(entries, options);
