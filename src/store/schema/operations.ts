/** The audit log, idempotency keys, node leases and deliveries. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Form } from "../../outbound/index.js";
import { organizations } from "./accounts.js";
import { createdAt } from "./columns.js";

/**
 * Append only: triggers refuse UPDATE (except the first setting of a hash), DELETE (except of entries that the head says are pruned) and REPLACE.
 * No foreign keys, so that entries outlive what they are about.
 */
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
    /** Keyed hash of the entry and of the hash before it (audit-chain.ts); null: not chained yet, it is older than the chain. */
    hash: text("hash"),
  },
  (table) => [index("audit_log_organization").on(table.organizationId, table.id), index("audit_log_at").on(table.at)],
);

/** Where the chain of the audit log begins and ends: one row, authenticated by `mac`. */
export const auditHead = sqliteTable("audit_head", {
  id: integer("id").primaryKey(),
  /** The newest entry; 0: there has been none. */
  lastId: integer("last_id").notNull(),
  lastHash: text("last_hash").notNull(),
  /** The newest entry that was pruned; 0: none was. */
  prunedId: integer("pruned_id").notNull(),
  /** What the hash of the oldest entry that is left builds on. */
  prunedHash: text("pruned_hash").notNull(),
  /** Older entries are still being taken into the chain; new ones are appended unchained meanwhile. */
  chaining: integer("chaining", { mode: "boolean" }).notNull(),
  /** Days that an entry is kept at least before it may be pruned; null: for ever. */
  retentionDays: integer("retention_days"),
  /** Whether Callplane prunes by itself, besides the command line. */
  pruneDaily: integer("prune_daily", { mode: "boolean" }).notNull(),
  mac: text("mac").notNull(),
});

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

/** Which process commands which FreeSWITCH node: one row for each node that there ever was. */
export const nodeLeases = sqliteTable("node_leases", {
  node: text("node").primaryKey(),
  /** Of one life of a process; null: it was given back. */
  ownerId: text("owner_id"),
  ownerName: text("owner_name").notNull(),
  ownerMark: text("owner_mark"),
  epoch: integer("epoch").notNull(),
  renewals: integer("renewals").notNull(),
  /** Epoch milliseconds of the database's clock. */
  expiresAt: integer("expires_at").notNull(),
});

/** Requests to other people's servers that must arrive. */
export const deliveries = sqliteTable(
  "deliveries",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    /** Those of one lane are sent in the order of their ids. */
    lane: text("lane").notNull(),
    kind: text("kind", { enum: ["callback", "webhook"] }).notNull(),
    token: text("token").notNull(),
    /** Its name within the organization; no second one of the name is taken. */
    once: text("once"),
    url: text("url").notNull(),
    method: text("method", { enum: ["GET", "POST"] }).notNull(),
    form: text("form", { mode: "json" }).$type<Form>(),
    json: text("json"),
    sign: integer("sign", { mode: "boolean" }).notNull(),
    /** The phone line that signs it; null: the account does. No foreign key: what waits is sent whatever has become of the line. */
    line: integer("line"),
    /** Of a webhook: which one, what it tells, and whether it is the last that is told of something: then it makes room for others last. No foreign key, as with the line. */
    webhook: integer("webhook"),
    event: text("event"),
    terminal: integer("terminal", { mode: "boolean" }).notNull().default(false),
    attempts: integer("attempts").notNull().default(0),
    /** Why the last attempt failed. */
    failure: text("failure"),
    createdAt: createdAt(),
    /** Not before; null: another one of its lane is before it, or it is done. */
    dueAt: integer("due_at", { mode: "timestamp_ms" }),
    /** Of the first of a lane: which process sends it, by the owner id of its node leases. Valid as long as a living process has a lease of that owner. */
    claimedBy: text("claimed_by"),
    /** A row is kept for its name alone. */
    doneAt: integer("done_at", { mode: "timestamp_ms" }),
  },
  (table) => [
    index("deliveries_due").on(table.claimedBy, table.dueAt),
    index("deliveries_sent").on(table.claimedBy, table.webhook, table.dueAt).where(sql`${table.dueAt} is not null`),
    index("deliveries_room").on(table.webhook, table.terminal, table.id).where(sql`${table.doneAt} is null and ${table.webhook} is not null`),
    index("deliveries_lane").on(table.organizationId, table.lane, table.id),
    index("deliveries_waiting").on(table.organizationId, table.webhook, table.doneAt, table.id),
    index("deliveries_done").on(table.doneAt),
    uniqueIndex("deliveries_once_unique").on(table.organizationId, table.once),
  ],
);
