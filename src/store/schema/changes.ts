/** What has changed of the accounts, in the order of the commits: written by triggers, so that whatever writes to the database is seen. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A trigger keeps the newest 10000; who has read less far reads all accounts again. */
export const changes = sqliteTable("changes", {
  // AUTOINCREMENT: the ids of commits have no gaps, so what was missed shows.
  id: integer("id").primaryKey({ autoIncrement: true }),
  /** As the kinds of `StoreWrite`. */
  kind: text("kind", { enum: ["accounts", "agent", "token", "credentials"] }).notNull(),
  organizationId: integer("organization_id"),
  agentId: text("agent_id"),
  agentRow: integer("agent_row"),
  jti: text("jti"),
});
