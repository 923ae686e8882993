/** Agents, their departments and skills, the credentials of their phones, and their status history. */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { AgentStatusRecord } from "../../agents/index.js";
import { departments, organizations } from "./accounts.js";
import { createdAt } from "./columns.js";

export const agents = sqliteTable(
  "agents",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    /** The id in every API; unique in the organization, as is the extension. */
    agentId: text("agent_id").notNull(),
    extension: text("extension").notNull(),
    name: text("name").notNull(),
    /** Seconds that the phone rings for a department's caller; null: the department's. */
    ringTimeoutS: integer("ring_timeout_s"),
    /** Seconds of wrap-up after a department's call; null: the department's, 0: none, -1: until the agent ends it. */
    wrapUpS: integer("wrap_up_s"),
    /** Prefixes that the agent may dial, within the organization's; null: all of those. */
    allowedPrefixes: text("allowed_prefixes", { mode: "json" }).$type<readonly string[]>(),
    /** Whether the agent sees who waits in every department; whose callers are offered is in `agent_departments`. */
    allDepartments: integer("all_departments", { mode: "boolean" }).notNull().default(false),
    /** MD5 of `extension:domain:password` (RFC 2617, A1), the only form in which the phone's password is kept; null: no phone may register. */
    sipA1: text("sip_a1"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("agents_agent_unique").on(table.organizationId, table.agentId),
    uniqueIndex("agents_extension_unique").on(table.organizationId, table.extension),
  ],
);

export const agentDepartments = sqliteTable(
  "agent_departments",
  {
    agentRow: integer("agent_row").notNull().references(() => agents.id, { onDelete: "cascade" }),
    departmentRow: integer("department_row").notNull().references(() => departments.id, { onDelete: "cascade" }),
  },
  (table) => [primaryKey({ columns: [table.agentRow, table.departmentRow] }), index("agent_departments_department").on(table.departmentRow)],
);

export const agentSkills = sqliteTable(
  "agent_skills",
  {
    agentRow: integer("agent_row").notNull().references(() => agents.id, { onDelete: "cascade" }),
    skill: text("skill").notNull(),
    /** 1 (some) to 10 (best). */
    level: integer("level").notNull(),
  },
  (table) => [primaryKey({ columns: [table.agentRow, table.skill] })],
);

/** One-time passwords of client tokens (CONTRACT §2): accepted besides the agent's own until they expire. */
export const sipCredentials = sqliteTable(
  "sip_credentials",
  {
    id: text("id").primaryKey(),
    agentRow: integer("agent_row").notNull().references(() => agents.id, { onDelete: "cascade" }),
    a1: text("a1").notNull(),
    createdAt: createdAt(),
    expiresAt: integer("expires_at", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [index("sip_credentials_agent").on(table.agentRow, table.expiresAt)],
);

/** Every change of an agent's status; an agent's newest row is the present status. */
export const agentStatus = sqliteTable(
  "agent_status",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    agentId: text("agent_id").notNull(),
    status: text("status", { enum: ["offline", "online", "away", "inCall"] }).notNull(),
    reason: text("reason"),
    since: integer("since", { mode: "timestamp_ms" }).notNull(),
    cause: text("cause").$type<AgentStatusRecord["cause"]>().notNull(),
    /** While inCall or in a wrap-up: the status that follows where nobody asks for another, and the reason of that away. */
    after: text("after", { enum: ["offline", "online", "away"] }),
    afterReason: text("after_reason"),
    /** While inCall or in a wrap-up: the status that was asked for meanwhile, its reason, and what it waits for. */
    next: text("next", { enum: ["offline", "online", "away"] }),
    nextReason: text("next_reason"),
    nextAfter: text("next_after", { enum: ["call", "wrapUp"] }),
    /** Who asked for that, in the words of `cause`; null: nobody. */
    asked: text("asked").$type<AgentStatusRecord["cause"]>(),
    /** Whether a phone was registered; null when that was not known. */
    registered: integer("registered", { mode: "boolean" }),
    /** In a wrap-up: when it ends; null: when the agent ends it. */
    until: integer("until", { mode: "timestamp_ms" }),
    /** Since when the agent has had no call, to find the longest idle one. */
    idleSince: integer("idle_since", { mode: "timestamp_ms" }),
    /** While inCall: the department whose call it is, for the wrap-up after it. */
    department: text("department"),
    /** That department's call, and in a wrap-up the call that it follows. */
    callId: text("call_id"),
  },
  (table) => [index("agent_status_agent").on(table.organizationId, table.agentId, table.id), index("agent_status_since").on(table.organizationId, table.agentId, table.since)],
);
