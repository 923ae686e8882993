/** The changes of the accounts in the order of the commits, written by triggers, so that every writer is seen. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A trigger keeps the newest 10000; a reader that is further behind reads all accounts again. */
export const changes = sqliteTable("changes", {
  // AUTOINCREMENT: ids of commits have no gaps, so a gap shows missed changes.
  id: integer("id").primaryKey({ autoIncrement: true }),
  /** As the kinds of `StoreWrite`. */
  kind: text("kind", { enum: ["accounts", "agent", "token", "credentials", "session"] }).notNull(),
  organizationId: integer("organization_id"),
  agentId: text("agent_id"),
  agentRow: integer("agent_row"),
  /** Of a token, or the id of a browser session. */
  jti: text("jti"),
});
