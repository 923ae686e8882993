/** Records of calls with their legs, timeline and recordings; quarantine, and callbacks. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { LeftRecording } from "../../twiml/index.js";
import { organizations } from "./accounts.js";
import { createdAt } from "./columns.js";

const at = (name: string) => integer(name, { mode: "timestamp_ms" });

/** No foreign key to the organization: records outlive it, and a call may belong to none. */
export const callRecords = sqliteTable(
  "call_records",
  {
    id: text("id").primaryKey(),
    organizationId: integer("organization_id"),
    direction: text("direction", { enum: ["inbound", "outbound", "internal"] }).notNull(),
    from: text("from_number").notNull(),
    /** The caller's display name. */
    fromName: text("from_name"),
    to: text("to_number").notNull(),
    /** The department that it waited in last. */
    department: text("department"),
    /** The agent who had it last, or whose phone rang in vain. */
    agentId: text("agent_id"),
    status: text("status", { enum: ["queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "canceled", "failed"] }).notNull(),
    startedAt: at("started_at").notNull(),
    answeredAt: at("answered_at"),
    endedAt: at("ended_at"),
    /** Milliseconds in a department's queue, in conversation, on hold. */
    waitMs: integer("wait_ms").notNull().default(0),
    talkMs: integer("talk_ms").notNull().default(0),
    holdMs: integer("hold_ms").notNull().default(0),
    hangupCause: text("hangup_cause"),
    hungUpBy: text("hung_up_by", { enum: ["customer", "agent", "system"] }),
    disposition: text("disposition"),
    note: text("note"),
    /** What others have noted about it. */
    attributes: text("attributes", { mode: "json" }).$type<Readonly<Record<string, string>>>().notNull().default({}),
    /** How the caller left the last queue; `none`: in no way. Null: its timeline tells. */
    queueOutcome: text("queue_outcome", { enum: ["answered", "abandoned", "message", "callback", "overflowed", "moved", "none"] }),
    node: text("node").notNull(),
    /** False while only its events or only FreeSWITCH's own record of it are known. */
    complete: integer("complete", { mode: "boolean" }).notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [
    // One for each order of the list, of an organization and of all, so that a place in it is found at once.
    index("call_records_organization").on(table.organizationId, table.startedAt, table.id),
    index("call_records_talk").on(table.organizationId, table.talkMs, table.id),
    index("call_records_wait").on(table.organizationId, table.waitMs, table.id),
    index("call_records_all").on(table.startedAt, table.id),
    index("call_records_all_talk").on(table.talkMs, table.id),
    index("call_records_all_wait").on(table.waitMs, table.id),
    index("call_records_agent").on(table.organizationId, table.agentId, table.startedAt),
    index("call_records_open").on(table.endedAt),
  ],
);

/** One row a channel, by FreeSWITCH's own key, so that a record that comes twice is stored once. */
export const callLegs = sqliteTable(
  "call_legs",
  {
    coreUuid: text("core_uuid").notNull(),
    channelUuid: text("channel_uuid").notNull(),
    callId: text("call_id").notNull(),
    node: text("node").notNull(),
    role: text("role", { enum: ["customer", "agent", "supervisor", "other"] }).notNull(),
    direction: text("direction", { enum: ["inbound", "outbound"] }).notNull(),
    agentId: text("agent_id"),
    number: text("number").notNull(),
    /** The display name that its far end gave. */
    name: text("name"),
    startedAt: at("started_at").notNull(),
    answeredAt: at("answered_at"),
    endedAt: at("ended_at"),
    hangupCause: text("hangup_cause"),
    sipCallId: text("sip_call_id"),
    /** Which ringing made it: all phones of a user have the same, which programs know as one call. Null: none, or not known. */
    ring: text("ring"),
    /** `cdr`: FreeSWITCH's own record has been read; `events`: not yet; `node_lost`: it was cut off by the end of its FreeSWITCH; `unmade`: FreeSWITCH has not made it. */
    source: text("source", { enum: ["events", "cdr", "node_lost", "unmade"] }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.coreUuid, table.channelUuid] }),
    index("call_legs_call").on(table.callId),
    index("call_legs_channel").on(table.channelUuid),
    index("call_legs_ring").on(table.ring),
    index("call_legs_open").on(table.node, table.endedAt),
    index("call_legs_agent").on(table.agentId, table.callId).where(sql`${table.role} = 'agent' and ${table.answeredAt} is not null`),
  ],
);

export const callTimeline = sqliteTable(
  "call_timeline",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    callId: text("call_id").notNull(),
    at: at("at").notNull(),
    /** queued, ringing, answered, held, resumed, parked, transferred, supervised, recorded, … */
    type: text("type").notNull(),
    agentId: text("agent_id"),
    detail: text("detail", { mode: "json" }).$type<Readonly<Record<string, string | number | boolean | null>>>().notNull(),
  },
  (table) => [index("call_timeline_call").on(table.callId, table.id)],
);

/**
 * What reports count: rows that are computed from the record and its timeline, and again whenever those change, so that they are as durable. They go with the record.
 * No row lasts longer than an hour, so that what reaches into a span of time is found by where it begins.
 */
export const callFigures = sqliteTable(
  "call_figures",
  {
    callId: text("call_id").notNull(),
    /** Its place among those of the call. */
    position: integer("position").notNull(),
    organizationId: integer("organization_id").notNull(),
    /** How a caller left a department's queue; an offer that an agent missed; a part of a conversation, or of a hold. */
    kind: text("kind", { enum: ["answered", "abandoned", "overflowed", "moved", "missed", "talk", "hold"] }).notNull(),
    department: text("department"),
    /** Who answered, missed, talked, or had the call on hold; null: no agent. */
    agentId: text("agent_id"),
    /** When the caller left, the agent missed it, or the part began. */
    at: at("at").notNull(),
    /** How long the caller had waited, the phone had rung, or the part lasted. */
    ms: integer("ms").notNull(),
    /** False: the conversation or the hold goes on from another row. */
    begins: integer("begins", { mode: "boolean" }).notNull().default(true),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.position] }),
    // Holds all that reports read, so that they read nothing else.
    index("call_figures_at").on(table.organizationId, table.at, table.kind, table.department, table.agentId, table.ms, table.begins),
  ],
);

/** When each FreeSWITCH process (core uuid) was last heard of: the end of the calls that ended with it. */
export const switchLives = sqliteTable("switch_lives", {
  coreUuid: text("core_uuid").primaryKey(),
  node: text("node").notNull(),
  seenAt: at("seen_at").notNull(),
});

/** FreeSWITCH's records that could not be read or stored. */
export const cdrQuarantine = sqliteTable(
  "cdr_quarantine",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    at: at("at").notNull(),
    /** File name, or `http`. */
    origin: text("origin").notNull(),
    reason: text("reason").notNull(),
    /** SHA-256 of the content: the same one is set aside once. */
    digest: text("digest").notNull(),
    content: text("content").notNull(),
  },
  (table) => [uniqueIndex("cdr_quarantine_digest_unique").on(table.digest)],
);

export const recordings = sqliteTable(
  "recordings",
  {
    id: text("id").primaryKey(),
    callId: text("call_id").notNull(),
    organizationId: integer("organization_id"),
    node: text("node").notNull(),
    /** On FreeSWITCH's disk. */
    path: text("path").notNull(),
    /** `policy` of a department or line, or the one who asked for it. */
    startedBy: text("started_by").notNull(),
    startedAt: at("started_at").notNull(),
    endedAt: at("ended_at"),
    /** When the file was removed, by retention or on demand. */
    removedAt: at("removed_at"),
  },
  (table) => [
    uniqueIndex("recordings_path_unique").on(table.node, table.path),
    index("recordings_call").on(table.callId),
    index("recordings_retention").on(table.organizationId, table.endedAt),
    // With what the list leaves out, so that it is counted from here.
    index("recordings_list").on(table.organizationId, table.startedAt, table.id, table.removedAt),
    index("recordings_started").on(table.startedAt, table.id),
  ],
);

/** What callers have said to departments. No foreign key to the organization, as with the recordings; a row goes with its recording's file. */
export const messages = sqliteTable(
  "messages",
  {
    /** Its recording's. */
    id: text("id").primaryKey(),
    organizationId: integer("organization_id").notNull(),
    callId: text("call_id").notNull(),
    department: text("department").notNull(),
    from: text("from_number").notNull(),
    fromName: text("from_name"),
    leftAt: at("left_at").notNull(),
    durationMs: integer("duration_ms").notNull(),
    heardAt: at("heard_at"),
    heardBy: text("heard_by"),
    closedAt: at("closed_at"),
    closedBy: text("closed_by"),
    note: text("note"),
    version: integer("version").notNull().default(1),
  },
  (table) => [index("messages_left").on(table.organizationId, table.leftAt), index("messages_call").on(table.callId)],
);

/** Recordings as programs know them: by a sid, and what the program that made one says of it. */
export const recordingSids = sqliteTable(
  "recording_sids",
  {
    recordingId: text("recording_id").primaryKey(),
    sid: text("sid").notNull(),
    /** Of the leg that was recorded; null: no program made it. */
    callSid: text("call_sid"),
    source: text("source").$type<LeftRecording["source"]>(),
    channels: integer("channels"),
    track: text("track").$type<LeftRecording["track"]>(),
    durationS: integer("duration_s"),
    /** What ends it after this process; null: its end has been told. */
    ongoing: text("ongoing", { mode: "json" }).$type<LeftRecording["ongoing"]>(),
  },
  (table) => [uniqueIndex("recording_sids_sid_unique").on(table.sid)],
);

/** Callers who asked to be called back; the place in the queue is the time of joining. */
export const callbacks = sqliteTable(
  "callbacks",
  {
    id: text("id").primaryKey(),
    organizationId: integer("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    department: text("department").notNull(),
    number: text("number").notNull(),
    /** The caller's display name. */
    fromName: text("from_name"),
    priority: integer("priority").notNull().default(0),
    joinedAt: at("joined_at").notNull(),
    attempts: integer("attempts").notNull().default(0),
    /** Not before. */
    dueAt: at("due_at").notNull(),
    state: text("state", { enum: ["waiting", "calling", "done", "failed", "cancelled"] }).notNull(),
    /** The call that it became, and its FreeSWITCH. */
    callId: text("call_id"),
    node: text("node"),
  },
  (table) => [index("callbacks_waiting").on(table.state, table.dueAt), index("callbacks_joined").on(table.organizationId, table.joinedAt)],
);
