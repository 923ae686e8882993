/** Who is told of an organization's events, and how that goes. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { organizations } from "./accounts.js";
import { createdAt } from "./columns.js";

export const webhooks = sqliteTable(
  "webhooks",
  {
    // AUTOINCREMENT: an id is never used again, since deliveries are named by it.
    id: integer("id").primaryKey({ autoIncrement: true }),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    url: text("url").notNull(),
    topics: text("topics", { mode: "json" }).$type<readonly string[]>().notNull(),
    description: text("description").notNull(),
    enabled: integer("enabled", { mode: "boolean" }).notNull(),
    /** As it is, because requests are signed with it. */
    secret: text("secret").notNull(),
    /** Requests are signed with this one too, until then. */
    previousSecret: text("previous_secret"),
    previousUntil: integer("previous_until", { mode: "timestamp_ms" }),
    /** When and why Callplane disabled it; null: it did not, or somebody enabled it again. */
    disabledAt: integer("disabled_at", { mode: "timestamp_ms" }),
    disabledReason: text("disabled_reason"),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [index("webhooks_organization").on(table.organizationId)],
);

/** Written with each attempt, so it is no part of what everybody reads again when it changes. */
export const webhookStates = sqliteTable("webhook_states", {
  webhookId: integer("webhook_id").primaryKey().references(() => webhooks.id, { onDelete: "cascade" }),
  delivered: integer("delivered").notNull().default(0),
  /** Attempts in vain. */
  failed: integer("failed").notNull().default(0),
  /** Events that were given up, or made room for others. */
  dropped: integer("dropped").notNull().default(0),
  lastAttemptAt: integer("last_attempt_at", { mode: "timestamp_ms" }),
  /** The HTTP status of the last attempt; null: there was no answer. */
  lastStatus: integer("last_status"),
  /** Why the last attempt failed; null: it did not. */
  lastError: text("last_error"),
  lastDeliveredAt: integer("last_delivered_at", { mode: "timestamp_ms" }),
  /** The first failure since the last success; null: the last attempt succeeded. */
  failingSince: integer("failing_since", { mode: "timestamp_ms" }),
});
