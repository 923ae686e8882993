/** Applications by name, for calls that programs make. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { organizations } from "./accounts.js";
import { createdAt } from "./columns.js";

const METHODS = ["GET", "POST"] as const;

export const twimlApps = sqliteTable(
  "twiml_apps",
  {
    sid: text("sid").primaryKey(),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    friendlyName: text("friendly_name").notNull(),
    voiceUrl: text("voice_url"),
    voiceMethod: text("voice_method", { enum: METHODS }).notNull(),
    voiceFallbackUrl: text("voice_fallback_url"),
    voiceFallbackMethod: text("voice_fallback_method", { enum: METHODS }).notNull(),
    statusCallback: text("status_callback"),
    statusCallbackMethod: text("status_callback_method", { enum: METHODS }).notNull(),
    createdAt: createdAt(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [index("twiml_apps_organization").on(table.organizationId, table.createdAt)],
);
