/** Who uses Callplane: organizations with what they may do, their departments, lines and trunks, users and tokens. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { createdAt } from "./columns.js";
import type { DepartmentSettings } from "../../queues/index.js";
import type { VoiceConfigSettings } from "../../voice-app/index.js";

export const organizations = sqliteTable(
  "organizations",
  {
    // AUTOINCREMENT: an id is never used again.
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name").notNull(),
    domain: text("domain").notNull(),
    dialString: text("dial_string").notNull(),
    callerId: text("caller_id"),
    allowedPrefixes: text("allowed_prefixes", { mode: "json" }).$type<readonly string[]>().notNull(),
    supervisionVisible: integer("supervision_visible", { mode: "boolean" }).notNull(),
    /** Why an agent may be away; empty: any reason. */
    awayReasons: text("away_reasons", { mode: "json" }).$type<readonly string[]>().notNull().default([]),
    /** Calls to the outside at once; null: no limit. */
    maxOutboundCalls: integer("max_outbound_calls"),
    maxOutboundCallsPerMinute: integer("max_outbound_calls_per_minute"),
    /** Seconds after which FreeSWITCH ends a call to the outside; null: no limit. */
    maxOutboundCallS: integer("max_outbound_call_s"),
    /** Whether premium, shared-cost and satellite ranges may be dialled where a prefix allows them. */
    premiumAllowed: integer("premium_allowed", { mode: "boolean" }).notNull().default(false),
    /** ISO 3166-1 alpha-2; null: that of the caller id or of the first line. */
    country: text("country"),
    /** Of the IANA database: where its hours and days begin, for reports. */
    timeZone: text("time_zone").notNull().default("UTC"),
    /** Instead of the country's; null: the country's. */
    emergencyNumbers: text("emergency_numbers", { mode: "json" }).$type<readonly string[]>(),
    /** Countries in which callers may be called back; null: its own. */
    callbackCountries: text("callback_countries", { mode: "json" }).$type<readonly string[]>(),
    /** Callbacks that callers may ask for within any 24 hours. */
    maxCallbacksPerDay: integer("max_callbacks_per_day").notNull().default(100),
    /** Days that recordings are kept; null: for ever. */
    recordingRetentionDays: integer("recording_retention_days"),
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
    /** What differs from the defaults (settings.ts); parsed when it is read. */
    settings: text("settings", { mode: "json" }).$type<Partial<DepartmentSettings>>().notNull().default({}),
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
    /** The agent whom this user logs in as; null: no agent. */
    agentId: text("agent_id"),
    /** Null: what the role has by default. */
    permissions: text("permissions", { mode: "json" }).$type<readonly string[]>(),
    passwordHash: text("password_hash").notNull(),
    disabled: integer("disabled", { mode: "boolean" }).notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [
    // Within an organization; SQL takes each null for another one, so root's names have an index of their own.
    uniqueIndex("users_username_unique").on(table.organizationId, sql`lower(${table.username})`),
    uniqueIndex("users_root_unique").on(sql`lower(${table.username})`).where(sql`${table.organizationId} is null`),
    uniqueIndex("users_agent_unique").on(table.organizationId, table.agentId),
  ],
);

export const browserSessions = sqliteTable(
  "browser_sessions",
  {
    id: text("id").primaryKey(),
    userId: integer("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    generation: integer("generation").notNull(),
    /** SHA-256 of the present cookie's secret. */
    hash: text("hash").notNull(),
    rotatedAt: integer("rotated_at", { mode: "timestamp_ms" }).notNull(),
    createdAt: createdAt(),
    expiresAt: integer("expires_at", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [index("browser_sessions_user").on(table.userId, table.rotatedAt), index("browser_sessions_expires").on(table.expiresAt)],
);

export const tokens = sqliteTable(
  "tokens",
  {
    jti: text("jti").primaryKey(),
    /** The user who logged in; null for a service token. */
    userId: integer("user_id").references(() => users.id, { onDelete: "cascade" }),
    /** The browser session whose access token it is. */
    sessionId: text("session_id").references(() => browserSessions.id, { onDelete: "cascade" }),
    /** The user's name, or the service token's. */
    name: text("name").notNull(),
    organizationId: integer("organization_id").references(() => organizations.id, { onDelete: "cascade" }),
    role: text("role", { enum: ["agent", "supervisor", "admin", "service", "root"] }).notNull(),
    permissions: text("permissions", { mode: "json" }).$type<readonly string[]>(),
    createdAt: createdAt(),
    expiresAt: integer("expires_at", { mode: "timestamp_ms" }).notNull(),
    revokedAt: integer("revoked_at", { mode: "timestamp_ms" }),
  },
  (table) => [index("tokens_expires").on(table.expiresAt), index("tokens_user").on(table.userId), index("tokens_session").on(table.sessionId)],
);

/** Numbers by which the outside reaches an organization, and where their calls go. */
export const phoneLines = sqliteTable(
  "phone_lines",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    /** E.164, unique across organizations: FreeSWITCH asks by it. */
    number: text("number").notNull(),
    name: text("name").notNull(),
    targetType: text("target_type", { enum: ["client", "department", "config", "url"] }).notNull(),
    target: text("target").notNull(),
    recorded: integer("recorded", { mode: "boolean" }).notNull().default(false),
    voiceMethod: text("voice_method", { enum: ["GET", "POST"] }).notNull().default("POST"),
    fallbackUrl: text("fallback_url"),
    fallbackMethod: text("fallback_method", { enum: ["GET", "POST"] }).notNull().default("POST"),
    fallbackDepartment: text("fallback_department"),
    statusCallback: text("status_callback"),
    statusCallbackMethod: text("status_callback_method", { enum: ["GET", "POST"] }).notNull().default("POST"),
    trunk: text("trunk"),
    callerId: text("caller_id"),
    /** As it is, because signatures are verified with it. */
    signingToken: text("signing_token"),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("phone_lines_number_unique").on(table.number), index("phone_lines_organization").on(table.organizationId)],
);

/** Gateways of mod_sofia, served to FreeSWITCH as configuration. The password is kept as it is, because FreeSWITCH must give it to the provider. */
export const trunks = sqliteTable(
  "trunks",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    /** The gateway's name in FreeSWITCH, unique across organizations. */
    name: text("name").notNull(),
    proxy: text("proxy").notNull(),
    username: text("username").notNull(),
    password: text("password").notNull(),
    register: integer("register", { mode: "boolean" }).notNull(),
    /** Networks (CIDR) from which its calls come. */
    networks: text("networks", { mode: "json" }).$type<readonly string[]>().notNull().default([]),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("trunks_name_unique").on(table.name), index("trunks_organization").on(table.organizationId)],
);

/** Numbers that everybody of an organization finds in its directory. */
export const sharedNumbers = sqliteTable(
  "shared_numbers",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** E.164, or a short number. */
    number: text("number").notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("shared_numbers_organization").on(table.organizationId)],
);

/** Account SIDs and auth tokens of voice applications. A token is kept as it is, because requests are signed with it. */
export const voiceAccounts = sqliteTable(
  "voice_accounts",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    sid: text("sid").notNull(),
    authToken: text("auth_token").notNull(),
    previousAuthToken: text("previous_auth_token"),
    createdAt: createdAt(),
    rotatedAt: integer("rotated_at", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [uniqueIndex("voice_accounts_organization_unique").on(table.organizationId), uniqueIndex("voice_accounts_sid_unique").on(table.sid)],
);

/** How callers of phone lines are met. */
export const voiceConfigs = sqliteTable(
  "voice_configs",
  {
    // AUTOINCREMENT: an id is never used again.
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** What differs from the defaults; parsed when it is read. */
    settings: text("settings", { mode: "json" }).$type<Partial<VoiceConfigSettings>>().notNull().default({}),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [uniqueIndex("voice_configs_name_unique").on(table.organizationId, table.name)],
);
