import { and, count, desc, eq, gte, isNull, lt, type SQL } from "drizzle-orm";
import type { AuditEntry, AuditFilter, AuditMark, AuditRecord, AuditRepository, AuditRetention, AuditVerdict, MayBeThere } from "../audit/index.js";
import { conflict, invalid } from "../errors.js";
import type { Piggyback } from "../piggyback.js";
import { AuditChain } from "./audit-chain.js";
import { AuditTail, CHAIN_TARGET } from "./audit-tail.js";
import { verdict } from "./audit-verdict.js";
import { first, pageSize } from "./rows.js";
import { rowsAfter } from "./sqlite/audit-rows.js";
import type { Engine, Reader, SqliteEngine, Writer } from "./sqlite/engine.js";
import { isRefusal } from "./sqlite/refusal.js";
import { auditLog } from "./schema.js";

/** Rows that one transaction takes into the chain, or prunes; other writers wait for it. */
const BATCH = 500;
const DAY_MS = 86_400_000;
const MAX_DAYS = 36_500;

const { id, at, organizationId, actor, action, target, detail } = auditLog;

const hashOf = async (db: Reader, entry: number): Promise<string | null | undefined> => (await first(db.select({ hash: auditLog.hash }).from(auditLog).where(eq(id, entry))))?.hash;

export class SqliteAudit implements AuditRepository {
  readonly #engine: SqliteEngine;
  readonly #chain: AuditChain;
  readonly #tail: AuditTail;

  /** `key` authenticates the chain. */
  constructor(engine: SqliteEngine, key: Uint8Array) {
    this.#engine = engine;
    this.#chain = new AuditChain(key);
    this.#tail = new AuditTail(this.#chain, engine.writer);
  }

  async append(entries: readonly AuditEntry[], mayBeThere?: MayBeThere): Promise<void> {
    await this.within(this.#engine).append(entries, mayBeThere);
  }

  piggyback(waiting: Piggyback<AuditEntry>, mayBeThere?: MayBeThere): () => void {
    return this.#engine.piggyback(waiting, (tx, entries) => this.#tail.append(tx, entries, mayBeThere));
  }

  /** Appends as a part of this engine's unit of work. */
  within(engine: Engine): Pick<AuditRepository, "append"> {
    return {
      append: async (entries, mayBeThere) => {
        if (entries.length > 0) await engine.write((tx) => this.#tail.append(tx, entries, mayBeThere));
      },
    };
  }

  isRefusal(error: unknown): boolean {
    return this.#engine.isOpen() && isRefusal(error);
  }

  async list(filter: AuditFilter = {}): Promise<readonly AuditRecord[]> {
    const where: SQL[] = [];
    if (filter.organizationId !== undefined) where.push(eq(organizationId, filter.organizationId));
    if (filter.actor !== undefined) where.push(eq(actor, filter.actor));
    if (filter.action !== undefined) where.push(eq(action, filter.action));
    if (filter.target !== undefined) where.push(eq(target, filter.target));
    if (filter.until !== undefined) where.push(lt(at, filter.until));
    if (filter.since !== undefined) where.push(gte(at, filter.since));
    if (filter.before !== undefined) where.push(lt(id, filter.before));
    return this.#engine.read(async (db) => db.select({ id, at, organizationId, actor, action, target, detail }).from(auditLog).where(and(...where)).orderBy(desc(id)).limit(pageSize(filter.limit)));
  }

  async verify({ after }: { readonly after?: number } = {}): Promise<AuditVerdict> {
    const { sqlite } = this.#engine.reader;
    return this.#engine.read(async (db) => {
      const from = after === undefined ? null : { id: after, hash: (await hashOf(db, after)) ?? null };
      return verdict({ rows: rowsAfter(sqlite, after ?? 0), chain: this.#chain, head: await this.#tail.head(db), after: from });
    });
  }

  async mark(entry: number): Promise<AuditMark | null> {
    const hash = await this.#engine.read((db) => hashOf(db, entry));
    return hash == null ? null : { id: entry, hash };
  }

  async isChaining(): Promise<boolean> {
    const head = await this.#engine.read((db) => this.#tail.head(db));
    return head !== null && head.chaining && this.#chain.isAuthentic(head);
  }

  async unchained(): Promise<number> {
    return (await this.#engine.read((db) => first(db.select({ rows: count() }).from(auditLog).where(isNull(auditLog.hash)))))?.rows ?? 0;
  }

  async chain(by: string): Promise<number> {
    let rows = 0;
    for (;;) {
      const taken = await this.#engine.write((tx) => this.#chainBatch(tx, by, rows));
      rows += taken;
      if (taken < BATCH) return rows;
    }
  }

  async retention(): Promise<AuditRetention> {
    const head = await this.#engine.read((db) => this.#tail.head(db));
    return head === null || !this.#chain.isAuthentic(head) ? { days: null, daily: false } : { days: head.retentionDays, daily: head.pruneDaily };
  }

  async setRetention({ days, daily }: AuditRetention, by: string): Promise<void> {
    if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= MAX_DAYS)) throw invalid("days", `is not a whole number from 1 to ${MAX_DAYS}.`);
    await this.#engine.write(async (tx) => {
      await this.#tail.append(tx, [{ at: new Date(), organizationId: null, actor: by, action: "audit.retention", target: CHAIN_TARGET, detail: { days, daily } }]);
      const head = await this.#tail.head(tx);
      if (head === null || head.chaining) throw conflict("The audit log is not chained yet (callplane audit chain).");
      await this.#tail.save({ ...head, retentionDays: days, pruneDaily: daily });
    });
  }

  async prune(before: Date, by: string): Promise<number> {
    let rows = 0;
    for (;;) {
      const pruned = await this.#engine.write((tx) => this.#pruneBatch(tx, before, by));
      rows += pruned;
      if (pruned < BATCH) return rows;
    }
  }

  async #chainBatch(tx: Writer, by: string, before: number): Promise<number> {
    const stored = await this.#tail.head(tx);
    const head = stored ?? this.#tail.begun();
    let { lastId, lastHash } = head;
    const found = [...rowsAfter(this.#engine.writer.sqlite, lastId, BATCH)];
    const begun = stored !== null && stored.chaining && this.#chain.isAuthentic(stored);
    if (found.length === 0 && !begun) return 0;
    if ((stored !== null && !begun) || found.some(({ hash }) => hash !== null)) throw conflict("Other entries of the audit log are chained already (callplane audit verify).");
    for (const row of found) {
      lastId = row.id;
      lastHash = this.#chain.entry(lastHash, row);
      await tx.update(auditLog).set({ hash: lastHash }).where(eq(id, lastId));
    }
    const last = found.length < BATCH;
    await this.#tail.save({ ...head, lastId, lastHash, chaining: !last });
    if (last) await this.#tail.append(tx, [{ at: new Date(), organizationId: null, actor: by, action: "audit.chain", target: CHAIN_TARGET, detail: { entries: before + found.length, last: lastId } }]);
    return found.length;
  }

  async #pruneBatch(tx: Writer, before: Date, by: string): Promise<number> {
    const head = await this.#tail.head(tx);
    if (head === null || head.chaining || !this.#chain.isAuthentic(head)) throw conflict("The audit log's chain has no authentic head; nothing is pruned (callplane audit verify).");
    if (head.retentionDays === null) throw conflict("The audit log is kept for ever (callplane audit retention).");
    if (before.getTime() > Date.now() - head.retentionDays * DAY_MS) throw conflict(`Entries are kept for ${head.retentionDays} days at least (callplane audit retention).`);
    let { prunedId, prunedHash } = head;
    let rows = 0;
    for (const row of rowsAfter(this.#engine.writer.sqlite, prunedId, BATCH)) {
      if (typeof row.at !== "number" || row.at >= before.getTime()) break;
      // An entry that was tampered with is evidence, which pruning would remove.
      if (this.#chain.entry(prunedHash, row) !== row.hash) throw conflict(`The entry ${row.id} is not as it was written; nothing from there on is pruned (callplane audit verify).`);
      prunedId = row.id;
      prunedHash = row.hash;
      rows += 1;
    }
    if (rows === 0) return 0;
    const detail = { entries: rows, last: prunedId, hash: prunedHash, before: before.toISOString() };
    await this.#tail.append(tx, [{ at: new Date(), organizationId: null, actor: by, action: "audit.prune", target: CHAIN_TARGET, detail }]);
    const after = await this.#tail.head(tx);
    if (after === null) throw conflict("The audit log has no head.");
    await this.#tail.save({ ...after, prunedId, prunedHash });
    // The trigger allows the deletion of entries that the head says are pruned, and of no other.
    await tx.delete(auditLog).where(lt(id, prunedId + 1));
    return rows;
  }
}
