import { and, desc, eq, gte, lt } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { AuditEntry } from "../calls/ports.js";
import { IMMEDIATE, pageSize } from "./engine.js";
import type { Engine } from "./engine.js";
import { auditLog } from "./schema.js";
import type { AuditFilter, AuditRecord, AuditRepository } from "./types.js";

export class SqliteAudit implements AuditRepository {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async append(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    this.#engine.db.transaction((tx) => {
      // One at a time: a long batch in one statement would meet SQLite's limit of bound values.
      for (const { at, organizationId, actor, action, target, detail } of entries) tx.insert(auditLog).values({ at, organizationId, actor, action, target, detail }).run();
    }, IMMEDIATE);
  }

  async list(filter: AuditFilter = {}): Promise<readonly AuditRecord[]> {
    const where: SQL[] = [];
    if (filter.organizationId !== undefined) where.push(eq(auditLog.organizationId, filter.organizationId));
    if (filter.actor !== undefined) where.push(eq(auditLog.actor, filter.actor));
    if (filter.action !== undefined) where.push(eq(auditLog.action, filter.action));
    if (filter.target !== undefined) where.push(eq(auditLog.target, filter.target));
    if (filter.until !== undefined) where.push(lt(auditLog.at, filter.until));
    if (filter.since !== undefined) where.push(gte(auditLog.at, filter.since));
    if (filter.before !== undefined) where.push(lt(auditLog.id, filter.before));
    return this.#engine.db.select().from(auditLog).where(and(...where)).orderBy(desc(auditLog.id)).limit(pageSize(filter.limit)).all();
  }
}
