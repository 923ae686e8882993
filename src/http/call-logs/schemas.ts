/** Shapes of seed 001's call logs, and of recordings. */
import { z } from "zod";
import { CALL_LOG_SORTS, CALL_STATUSES, isTimelineType, QUEUE_OUTCOMES, TIMELINE, TIMELINE_TYPES, shownRecording, type CallLogDetail, type CallLogService, type CallRecord } from "../../call-logs/index.js";
import { CallerName, Recording, Time } from "../../events/index.js";
import { queueName } from "../../freeswitch/index.js";
import { present } from "../../present.js";
import { AgentId, Moment, NumberQuery, Uuid, text, wholeNumber, word } from "../schemas.js";

export const Status = z.enum(CALL_STATUSES);
export const Direction = z.enum(["inbound", "outbound", "internal"]);
export const Code = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, "is not a code of letters, digits and _ . -");
/** Lines of text. */
export const Note = z.string().max(2000, "is longer than 2000 characters.").regex(/^(?:[^\p{Cc}]|\r?\n)*$/u, "holds control characters other than line breaks.");
/** A change of it. */
export const NoteChange = Note.nullable().optional().describe("May have line breaks. Empty, or null: there is none any more.");
/** What was given, with the note as it is kept: an empty one is none. */
export const withNote = <Body extends { readonly note?: string | null | undefined }>({ note, ...rest }: Body) => ({ ...present(rest), ...(note === undefined ? {} : { note: note === "" ? null : note }) });
/** A number or an extension, as it may stand at either end of a call. */
export const End = z.string().regex(/^\+?[A-Za-z0-9_*#.-]{1,63}$/, "is not a number or an extension.");
export const Department = word(queueName);
export const CallLogParams = z.object({ id: Uuid.describe("The call's id.") });
/** As `:record` gives it. */
export const Grant = z
  .object({ url: z.string().meta({ format: "uri-reference", examples: ["/voiceconfig/recordings/5f3c1f5e-8a0b-4c43-9d0e-3b1f6a2c7d10/content?grant=Zk3v1Qe0yT1r7h0Qk8m2bq0o3c9xW5uVn4sLd6pJfEw"] }), expires: Time.describe("Until when it must be used.") })
  .meta({ id: "RecordingGrant", description: "An address at which one player can play a recording once." });
export const RecordingParams = z.object({ id: z.string().max(60).regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-\d{1,16})?$/i, "is not the id of a recording.").toLowerCase() });

export const Filters = {
  from: Moment.optional().describe("Calls that began then or later."),
  to: Moment.optional().describe("Calls that began before."),
  agent: AgentId.optional().describe("Calls that this agent had last, or answered at any time: more than `q` finds by the agent's id or name."),
  number: NumberQuery.optional(),
  direction: Direction.optional(),
  status: Status.optional(),
  department: Department.optional(),
  disposition: Code.optional(),
  minTalkMs: wholeNumber(0, 86_400_000).optional().describe("Talked in for so many milliseconds at least."),
  q: text(64).optional().describe("A part of the number at either end, of the caller's name (`fromName`), or of the id or the name of the agent who had the call last (`agent`). Calls that an agent had before another one are found by `agent=` alone."),
};
export const Sort = z.enum(CALL_LOG_SORTS).optional().describe("`-startedAt` by default: the newest first.");

export const CallLog = z.object({
  id: z.string(),
  direction: Direction,
  from: z.string(),
  fromText: z.string().describe("`from` with spaces, as people of the organization write it."),
  fromName: CallerName,
  to: z.string(),
  toText: z.string().describe("`to` likewise."),
  department: z.string().nullable().describe("The last one it waited in."),
  agent: z.string().nullable().describe("The agent who had it last, or whose phone rang in vain."),
  status: Status,
  startedAt: Time,
  answeredAt: Time.nullable(),
  endedAt: Time.nullable().describe("Null while it is live."),
  waitMs: z.number().int().describe("Milliseconds in a department's queue."),
  talkMs: z.number().int().describe("Milliseconds in conversation."),
  holdMs: z.number().int().describe("Milliseconds on hold or parked, without a message that the caller leaves."),
  hangupCause: z.string().nullable().describe("FreeSWITCH's word."),
  hungUpBy: z.enum(["customer", "agent", "system"]).nullable(),
  disposition: z.string().nullable(),
  note: z.string().nullable(),
  attributes: z.record(z.string(), z.string()).describe("What others have noted about the call, as it was last; see the call's `attributes`."),
  queueOutcome: z.enum(QUEUE_OUTCOMES).nullable().describe("How the caller left the queue of the department in which the caller waited last, as the reports count it: `answered` by an agent; `abandoned`: gave up, by hanging up or by a connection that was lost; `message`: was to leave a message (`GET /voiceconfig/messages` has it when something was said), `callback`: asked to be called back, `overflowed`: was sent elsewhere by the department, or away (the reports count these three as `overflowed`); `moved`: taken out by somebody or a program, hung up on by the staff, or lost with FreeSWITCH. Null: waited in none, or waits still."),
  node: z.string().describe("The FreeSWITCH; `manual` for one made by hand."),
  complete: z.boolean().describe("Callplane has read FreeSWITCH's own record of each leg, so that every time is exact. It stays false where Callplane reads none (no `CDR_DIR`): then the record is made of the events alone, and is final as it is when `endedAt` is not null."),
}).meta({ id: "CallLog", description: "The record of a call." });

const TimelineTypes = z.enum(TIMELINE_TYPES);
const TimelineEntry = z
  .object({
    at: Time,
    type: TimelineTypes.describe(`What happened, and what \`detail\` holds of it. ${Object.entries(TIMELINE).map(([type, told]) => `\`${type}\`: ${told}.`).join(" ")}`),
    agent: z.string().nullable().describe("Whom it is about, or who did it."),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).describe("As `type` says; a conversation that goes on after a restart has an empty one."),
  })
  .meta({ id: "CallLogEntry", description: "What happened to a call." });

export const FullCallLog = CallLog.extend({
  legs: z.array(
    z.object({
      id: z.string(),
      role: z.enum(["customer", "agent", "supervisor", "other"]),
      direction: z.enum(["inbound", "outbound"]),
      agent: z.string().nullable(),
      number: z.string(),
      name: z.string().nullable().describe("The display name that its far end gave."),
      startedAt: Time,
      answeredAt: Time.nullable(),
      endedAt: Time.nullable(),
      hangupCause: z.string().nullable(),
      sipCallId: z.string().nullable(),
      source: z.enum(["events", "cdr", "node_lost", "unmade"]).describe("`cdr`: FreeSWITCH's own record has been read; `node_lost`: its FreeSWITCH died; `unmade`: FreeSWITCH has refused to make it."),
    }),
  ),
  timeline: z.array(TimelineEntry),
  recordings: z.array(Recording),
}).meta({ id: "CallLogDetail", description: "The record of a call with its legs, its timeline and its recordings." });

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

type Spaced = Pick<CallLogService, "spaced">;

export function shownRecord(service: Spaced, record: CallRecord): z.output<typeof CallLog> {
  return { ...plainRecord(record), fromText: service.spaced(record, record.from), toText: service.spaced(record, record.to) };
}

/** Without what is for people to read. */
export function plainRecord({ organizationId: _organization, queueOutcome, agentId, startedAt, answeredAt, endedAt, ...record }: CallRecord): Omit<z.output<typeof CallLog>, "fromText" | "toText"> {
  return { ...record, queueOutcome: queueOutcome === "none" ? null : queueOutcome, agent: agentId, startedAt: startedAt.toISOString(), answeredAt: iso(answeredAt), endedAt: iso(endedAt) };
}

export function shownDetail(service: Spaced, { record, legs, timeline, recordings }: CallLogDetail): z.output<typeof FullCallLog> {
  return {
    ...shownRecord(service, record),
    legs: legs.map(({ channelUuid, role, direction, agentId, number, name, startedAt, answeredAt, endedAt, hangupCause, sipCallId, source }) => ({
      id: channelUuid, role, direction, agent: agentId, number, name, startedAt: startedAt.toISOString(), answeredAt: iso(answeredAt), endedAt: iso(endedAt), hangupCause, sipCallId, source,
    })),
    timeline: timeline.flatMap(({ at, type, agentId, detail }) => (isTimelineType(type) ? [{ at: at.toISOString(), type, agent: agentId, detail }] : [])),
    recordings: recordings.map((recording) => shownRecording({ ...recording, call: record })),
  };
}
