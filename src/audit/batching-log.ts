import type { AuditEntry, AuditFilter, AuditLog, AuditRecord, AuditRepository } from "./types.js";
import type { Logger } from "../logger.js";

const MAX_WAITING = 10_000;
const RETRY_MS = 1000;

export interface StoreAuditLog extends AuditLog {
  /** Newest first, what was appended just before included. */
  list(filter?: AuditFilter): Promise<readonly AuditRecord[]>;
  /** Entries that could not be kept since the start. */
  lost(): number;
  /** Writes what waits; resolves when it is written, or known lost. Idempotent. */
  close(): Promise<void>;
}

export interface AuditLogOptions {
  readonly logger: Logger;
  readonly retryMs?: number;
}

/** Entries of one turn of the event loop go into one transaction; those that cannot be written wait for the next try. */
class BatchingAuditLog implements StoreAuditLog {
  readonly #entries: Pick<AuditRepository, "append" | "list">;
  readonly #logger: Logger;
  readonly #retryMs: number;
  /** Bounded by `MAX_WAITING`. */
  #waiting: AuditEntry[] = [];
  #lost = 0;
  #scheduled: NodeJS.Immediate | null = null;
  #retry: NodeJS.Timeout | null = null;
  /** Bounded by the requests that wait for it, and one that does not. */
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(entries: Pick<AuditRepository, "append" | "list">, { logger, retryMs = RETRY_MS }: AuditLogOptions) {
    this.#entries = entries;
    this.#logger = logger;
    this.#retryMs = retryMs;
  }

  append(entry: AuditEntry): void {
    if (this.#closed || this.#waiting.length >= MAX_WAITING) {
      this.#lose([entry], this.#closed ? "the audit log is closed" : "too many audit entries wait to be written");
      return;
    }
    this.#waiting.push(entry);
    if (this.#retry === null) this.#scheduled ??= setImmediate(() => void this.#flush());
  }

  async list(filter: AuditFilter = {}): Promise<readonly AuditRecord[]> {
    if (!this.#closed) await this.#flush();
    return this.#entries.list(filter);
  }

  lost(): number {
    return this.#lost;
  }

  async close(): Promise<void> {
    if (this.#closed) return this.#work;
    this.#closed = true;
    await this.#flush();
    this.#stopTimers();
    this.#lose(this.#waiting.splice(0), "audit entries could not be written before the end");
  }

  /** Never rejects. */
  #flush(): Promise<void> {
    this.#stopTimers();
    this.#work = this.#work.then(() => this.#write());
    return this.#work;
  }

  async #write(): Promise<void> {
    const batch = this.#waiting.splice(0);
    if (batch.length === 0) return;
    try {
      await this.#entries.append(batch);
    } catch (error) {
      if (batch.length === 1) {
        this.#again(batch, error);
        return;
      }
      await this.#writeOneByOne(batch);
    }
  }

  /** One entry that the database will never take must not hold back the others. */
  async #writeOneByOne(batch: readonly AuditEntry[]): Promise<void> {
    const refused: AuditEntry[] = [];
    let reason: unknown;
    for (const entry of batch) {
      try {
        await this.#entries.append([entry]);
      } catch (error) {
        refused.push(entry);
        reason = error;
      }
    }
    if (refused.length > 0) this.#again(refused, reason);
  }

  #again(entries: readonly AuditEntry[], error: unknown): void {
    this.#logger.error({ err: error, entries: entries.length }, "audit entries could not be written; trying again");
    this.#waiting.unshift(...entries);
    this.#lose(this.#waiting.splice(MAX_WAITING), "too many audit entries wait to be written");
    if (this.#closed) return;
    this.#retry ??= setTimeout(() => void this.#flush(), this.#retryMs);
    this.#retry.unref();
  }

  #lose(entries: readonly AuditEntry[], why: string): void {
    if (entries.length === 0) return;
    this.#lost += entries.length;
    // The log is the last place where they can be found.
    for (const entry of entries) this.#logger.error({ audit: entry }, why);
  }

  #stopTimers(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#scheduled = null;
    this.#retry = null;
  }
}

export const createAuditLog = (entries: Pick<AuditRepository, "append" | "list">, options: AuditLogOptions): StoreAuditLog => new BatchingAuditLog(entries, options);
