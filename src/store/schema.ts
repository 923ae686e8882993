/** The tables. A change here is followed by `npm run db:generate`; the migrations run when the store is opened. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

const createdAt = () => integer("created_at", { mode: "timestamp_ms" }).notNull();

export const organizations = sqliteTable(
  "organizations",
  {
    // AUTOINCREMENT: an id that was once used never comes back as somebody else's.
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name").notNull(),
    domain: text("domain").notNull(),
    dialString: text("dial_string").notNull(),
    callerId: text("caller_id"),
    allowedPrefixes: text("allowed_prefixes", { mode: "json" }).$type<readonly string[]>().notNull(),
    supervisionVisible: integer("supervision_visible", { mode: "boolean" }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("organizations_name_unique").on(sql`lower(${table.name})`),
    uniqueIndex("organizations_domain_unique").on(sql`lower(${table.domain})`),
  ],
);

export const departments = sqliteTable(
  "departments",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
  },
  (table) => [uniqueIndex("departments_name_unique").on(table.organizationId, table.name)],
);

export const users = sqliteTable(
  "users",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    username: text("username").notNull(),
    /** Null for root alone. */
    organizationId: integer("organization_id").references(() => organizations.id, { onDelete: "cascade" }),
    role: text("role", { enum: ["agent", "supervisor", "admin", "root"] }).notNull(),
    agentId: text("agent_id"),
    extension: text("extension"),
    /** Null: what the role has by default. */
    permissions: text("permissions", { mode: "json" }).$type<readonly string[]>(),
    passwordHash: text("password_hash").notNull(),
    disabled: integer("disabled", { mode: "boolean" }).notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("users_username_unique").on(sql`lower(${table.username})`),
    uniqueIndex("users_agent_unique").on(table.organizationId, table.agentId),
    uniqueIndex("users_extension_unique").on(table.organizationId, table.extension),
  ],
);

export const tokens = sqliteTable(
  "tokens",
  {
    jti: text("jti").primaryKey(),
    /** The user who logged in; null for a service token. */
    userId: integer("user_id").references(() => users.id, { onDelete: "cascade" }),
    /** The user's name, or the service token's. */
    name: text("name").notNull(),
    organizationId: integer("organization_id").references(() => organizations.id, { onDelete: "cascade" }),
    role: text("role", { enum: ["agent", "supervisor", "admin", "service", "root"] }).notNull(),
    permissions: text("permissions", { mode: "json" }).$type<readonly string[]>(),
    createdAt: createdAt(),
    expiresAt: integer("expires_at", { mode: "timestamp_ms" }).notNull(),
    revokedAt: integer("revoked_at", { mode: "timestamp_ms" }),
  },
  (table) => [index("tokens_expires").on(table.expiresAt), index("tokens_user").on(table.userId)],
);

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

/** Every change of an agent's status; the newest row of an agent is her status. */
export const agentStatus = sqliteTable(
  "agent_status",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    agentId: text("agent_id").notNull(),
    status: text("status", { enum: ["offline", "online", "away", "inCall"] }).notNull(),
    reason: text("reason"),
    since: integer("since", { mode: "timestamp_ms" }).notNull(),
    cause: text("cause").notNull(),
    /** While inCall: the status that follows the last call. */
    after: text("after", { enum: ["offline", "online", "away"] }),
    /** Whether a phone was registered; null when that was not known. */
    registered: integer("registered", { mode: "boolean" }),
  },
  (table) => [index("agent_status_agent").on(table.organizationId, table.agentId, table.id)],
);
