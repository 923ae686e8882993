/** What Callplane notes of its own work: the audit log and idempotency keys. */
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { createdAt } from "./columns.js";

/** Append only: triggers (migration 0001) refuse UPDATE, DELETE and REPLACE. No foreign keys, so that history outlives what it is about. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    at: integer("at", { mode: "timestamp_ms" }).notNull(),
    organizationId: integer("organization_id"),
    actor: text("actor").notNull(),
    action: text("action").notNull(),
    target: text("target").notNull(),
    detail: text("detail", { mode: "json" }).$type<Readonly<Record<string, string | number | boolean | null>>>().notNull(),
  },
  (table) => [index("audit_log_organization").on(table.organizationId, table.id), index("audit_log_at").on(table.at)],
);

export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    tokenId: text("token_id").notNull(),
    key: text("key").notNull(),
    bodyHash: text("body_hash").notNull(),
    /** The HTTP status that was answered; null while the first request is under way. */
    status: integer("status"),
    reply: text("reply"),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.tokenId, table.key] }), index("idempotency_keys_created").on(table.createdAt)],
);
