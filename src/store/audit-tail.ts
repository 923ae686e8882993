/** The end of the audit log's chain, where entries are appended; every method runs within the caller's unit of work. */
import { desc, eq } from "drizzle-orm";
import type { AuditEntry } from "../audit/index.js";
import { first } from "./rows.js";
import { storedText, type AuditChain, type Head } from "./audit-chain.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { auditHead, auditLog } from "./schema.js";

const HEAD = 1;
export const CHAIN_TARGET = "audit log";

/** Rows of one statement: SQLite takes 32,766 parameters. */
const ROWS_AT_ONCE = 500;

type AuditRow = AuditEntry & { readonly id: number; readonly hash: string | null };

async function insert(tx: Writer, rows: readonly AuditRow[]): Promise<void> {
  const values = rows.map(({ id, at, organizationId, actor, action, target, detail, hash }) => ({ id, at, organizationId, actor: storedText(actor), action: storedText(action), target: storedText(target), detail, hash }));
  for (let from = 0; from < values.length; from += ROWS_AT_ONCE) await tx.insert(auditLog).values(values.slice(from, from + ROWS_AT_ONCE));
}

export class AuditTail {
  readonly #chain: AuditChain;

  constructor(chain: AuditChain) {
    this.#chain = chain;
  }

  async head(tx: Reader): Promise<Head | null> {
    return (await first(tx.select().from(auditHead).where(eq(auditHead.id, HEAD)))) ?? null;
  }

  async save(tx: Writer, head: Omit<Head, "mac">): Promise<void> {
    const { lastId, lastHash, prunedId, prunedHash, chaining, retentionDays, pruneDaily, mac } = this.#chain.sealed(head);
    const values = { lastId, lastHash, prunedId, prunedHash, chaining, retentionDays, pruneDaily, mac };
    await tx.insert(auditHead).values({ id: HEAD, ...values }).onConflictDoUpdate({ target: auditHead.id, set: values });
  }

  /** A head for a log that has none. */
  begun(): Omit<Head, "mac"> {
    const { genesis } = this.#chain;
    return { lastId: 0, lastHash: genesis, prunedId: 0, prunedHash: genesis, chaining: false, retentionDays: null, pruneDaily: false };
  }

  /**
   * Appends entries; unchained to a log whose older entries are not chained yet. When the end is not as it was left (a head written without the key, other rows
   * than it says) the entries are appended all the same, after one that reports the break and at which verification stops.
   */
  async append(tx: Writer, entries: readonly AuditEntry[]): Promise<void> {
    const newest = (await first(tx.select({ id: auditLog.id, hash: auditLog.hash }).from(auditLog).orderBy(desc(auditLog.id)).limit(1))) ?? null;
    const found = await this.head(tx);
    let id = Math.max(found?.lastId ?? 0, newest?.id ?? 0);
    if (found === null ? newest !== null && newest.hash === null : found.chaining && this.#chain.isAuthentic(found)) {
      await insert(tx, entries.map((entry) => ({ ...entry, id: ++id, hash: null })));
      return;
    }
    let head = found ?? this.begun();
    // Bounded by `entries`.
    const rows: AuditRow[] = [];
    const add = (entry: AuditEntry): void => {
      id += 1;
      const { at, organizationId, actor, action, target, detail } = entry;
      const row = { id, at: at.getTime(), organizationId, actor: storedText(actor), action: storedText(action), target: storedText(target), detail: JSON.stringify(detail) };
      const hash = this.#chain.entry(head.lastHash, row);
      rows.push({ ...entry, id, hash });
      head = { ...head, lastId: id, lastHash: hash };
    };
    if (!this.#isWhole(found, newest)) {
      head = { ...head, lastHash: this.#chain.broken(id), chaining: false };
      add({ at: new Date(), organizationId: null, actor: "system", action: "audit.chain_broken", target: CHAIN_TARGET, detail: { expected: found?.lastId ?? null, found: newest?.id ?? null } });
    }
    for (const entry of entries) add(entry);
    await insert(tx, rows);
    await this.save(tx, head);
  }

  #isWhole(head: Head | null, newest: { readonly id: number; readonly hash: string | null } | null): boolean {
    if (head === null) return newest === null;
    return this.#chain.isAuthentic(head) && (newest?.id ?? 0) === head.lastId && (newest === null || newest.hash === head.lastHash);
  }
}
