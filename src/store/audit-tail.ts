/** The end of the audit log's chain, where entries are appended; every method runs within the caller's unit of work. */
import { and, desc, eq, isNull } from "drizzle-orm";
import type { AuditEntry, MayBeThere } from "../audit/index.js";
import { storedText, type AuditChain, type Head } from "./audit-chain.js";
import { first } from "./rows.js";
import type { Connection, Reader } from "./sqlite/engine.js";
import { Prepared } from "./sqlite/prepared.js";
import { Upsert } from "./sqlite/upsert.js";
import { auditHead, auditLog } from "./schema.js";

const HEAD = 1;
export const CHAIN_TARGET = "audit log";

type AuditRow = AuditEntry & { readonly id: number; readonly hash: string | null };

export class AuditTail {
  readonly #chain: AuditChain;
  readonly #writer: Connection;
  readonly #heads = new Prepared((db) => db.select().from(auditHead).where(eq(auditHead.id, HEAD)));
  readonly #newest = new Prepared((db) => db.select({ id: auditLog.id, hash: auditLog.hash }).from(auditLog).orderBy(desc(auditLog.id)).limit(1));
  /** As this process has sealed it last. */
  #sealed: Head | null = null;
  /** Made with the first use: opening the store need not prepare them. */
  #writes: { readonly entry: Upsert<typeof auditLog>; readonly head: Upsert<typeof auditHead> } | null = null;

  /** `writer`: the connection of the units of work. */
  constructor(chain: AuditChain, writer: Connection) {
    this.#chain = chain;
    this.#writer = writer;
  }

  async head(tx: Reader): Promise<Head | null> {
    const [head] = await this.#heads.rows(tx, {});
    return head ?? null;
  }

  async save(head: Omit<Head, "mac">): Promise<void> {
    this.#sealed = this.#chain.sealed(head);
    const { lastId, lastHash, prunedId, prunedHash, chaining, retentionDays, pruneDaily, mac } = this.#sealed;
    this.#prepared().head.run({ id: HEAD, lastId, lastHash, prunedId, prunedHash, chaining, retentionDays, pruneDaily, mac });
  }

  #insert(rows: readonly AuditRow[]): void {
    const { entry } = this.#prepared();
    for (const { id, at, organizationId, actor, action, target, detail, hash } of rows) entry.run({ id, at, organizationId, actor: storedText(actor), action: storedText(action), target: storedText(target), detail, hash });
  }

  #prepared() {
    return (this.#writes ??= { entry: new Upsert(this.#writer, auditLog), head: new Upsert(this.#writer, auditHead, { target: ["id"] }) });
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
  async append(tx: Reader, given: readonly AuditEntry[], mayBeThere: MayBeThere = () => false): Promise<void> {
    const entries: AuditEntry[] = [];
    for (const entry of given) if (!mayBeThere(entry) || !(await isThere(tx, entry))) entries.push(entry);
    if (entries.length === 0) return;
    const newest = (await this.#newest.rows(tx, {}))[0] ?? null;
    const found = await this.head(tx);
    let id = Math.max(found?.lastId ?? 0, newest?.id ?? 0);
    if (found === null ? newest !== null && newest.hash === null : found.chaining && this.#isAuthentic(found)) {
      this.#insert(entries.map((entry) => ({ ...entry, id: ++id, hash: null })));
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
    this.#insert(rows);
    await this.save(head);
  }

  /** What this process has sealed itself need not be computed again. */
  #isAuthentic(head: Head): boolean {
    const mine = this.#sealed;
    const isMine = mine !== null && (["lastId", "lastHash", "prunedId", "prunedHash", "chaining", "retentionDays", "pruneDaily", "mac"] as const).every((field) => mine[field] === head[field]);
    return isMine || this.#chain.isAuthentic(head);
  }

  #isWhole(head: Head | null, newest: { readonly id: number; readonly hash: string | null } | null): boolean {
    if (head === null) return newest === null;
    return this.#isAuthentic(head) && (newest?.id ?? 0) === head.lastId && (newest === null || newest.hash === head.lastHash);
  }
}

async function isThere(tx: Reader, { at, organizationId, actor, action, target, detail }: AuditEntry): Promise<boolean> {
  const same = [eq(auditLog.at, at), organizationId === null ? isNull(auditLog.organizationId) : eq(auditLog.organizationId, organizationId), eq(auditLog.actor, storedText(actor)), eq(auditLog.action, storedText(action)), eq(auditLog.target, storedText(target)), eq(auditLog.detail, detail)];
  return (await first(tx.select({ id: auditLog.id }).from(auditLog).where(and(...same)).limit(1))) !== undefined;
}
