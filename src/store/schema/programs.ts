/** What voice programs must know after a crash. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { KeptConference, LegWatch } from "../../twiml/index.js";

/** What programs know of single legs, beside the records of calls; it goes with the record. */
export const legNotes = sqliteTable("leg_notes", {
  uuid: text("uuid").primaryKey(),
  organizationId: integer("organization_id").notNull(),
  answeredBy: text("answered_by").$type<NonNullable<LegWatch["answeredBy"]>>(),
  /** As the network said it, which may say anything. */
  forwardedFrom: text("forwarded_from"),
  callerName: text("caller_name"),
});

/** Legs whose end is still to be told. No foreign keys: a leg's end is told whatever has become of its organization. */
export const legWatches = sqliteTable("leg_watches", {
  callSid: text("call_sid").primaryKey(),
  uuid: text("uuid").notNull(),
  node: text("node"),
  organizationId: integer("organization_id").notNull(),
  parties: text("parties", { mode: "json" }).$type<LegWatch["parties"]>().notNull(),
  parentCallSid: text("parent_call_sid"),
  callback: text("callback", { mode: "json" }).$type<LegWatch["callback"]>(),
  sequence: integer("sequence").notNull(),
  untold: text("untold", { mode: "json" }).$type<LegWatch["untold"]>(),
  answeredAt: integer("answered_at", { mode: "timestamp_ms" }),
  answeredBy: text("answered_by").$type<LegWatch["answeredBy"]>(),
  machine: text("machine", { mode: "json" }).$type<LegWatch["machine"]>(),
  document: text("document", { mode: "json" }).$type<LegWatch["document"]>(),
  fallback: text("fallback", { mode: "json" }).$type<LegWatch["fallback"]>(),
  department: text("department"),
  line: integer("line"),
});

/** Conferences in which somebody is, as they stand. No foreign keys, as with legs. */
export const programConferences = sqliteTable("program_conferences", {
  sid: text("sid").primaryKey(),
  organizationId: integer("organization_id").notNull(),
  standing: text("standing", { mode: "json" }).$type<Omit<KeptConference, "sid" | "organizationId">>().notNull(),
});
