/** The resources that lists and events show, each with one schema for both. */
import { z } from "zod";
import { AFTER, type AgentView } from "../agents/index.js";
import type { CallView } from "../calls/index.js";
import { CALLBACK_STATES, type CallbackRecord, DepartmentSettingsSchema, type MessageRecord, type QueueEntry as Entry, type QueueView } from "../queues/index.js";

export const Time = z.string().meta({ format: "date-time", description: "ISO 8601." });

export const CallerName = z.string().nullable().describe("The caller's display name as the trunk or phone gave it, which proves nothing; of a call that an agent makes, what the agent is called. Null: none, or not known.");

const Mode = z.enum(["listen", "whisper", "barge"]);

const Leg = z
  .object({
    id: z.string(),
    role: z.enum(["customer", "agent", "supervisor", "other"]),
    agent: z.string().nullable(),
    number: z.string(),
    numberText: z.string().describe("`number` with spaces, as people of the organization write it."),
    name: z.string().nullable(),
    state: z.enum(["ringing", "active", "held", "parked", "ended"]),
    muted: z.boolean(),
    sipCallId: z.string().nullable(),
    quality: z
      .object({ rttMs: z.number().int(), jitterMs: z.number().int(), lossPct: z.number(), at: Time })
      .nullable()
      .describe("How good the phone behind it says that the connection is; null: it has not said. A report as good as the one before is shown after a minute at the earliest."),
  })
  .meta({ id: "CallLeg", description: "One party of a call: a channel of FreeSWITCH." });

const Supervision = z
  .object({
    agent: z.string().nullable().describe("Null: a program"),
    stream: z.string().optional().describe("Of a program: the sid of its stream").meta({ examples: ["MZ0123456789abcdef0123456789abcdef"] }),
    mode: Mode,
    since: Time,
    target: z.string().nullable().describe("The agent whose leg is listened to, and who hears a whisper; changes when the call goes to another agent. Null: the leg is no agent's, or a program listens."),
    heardBy: z.array(z.enum(["agent", "customer"])).readonly().describe("Who hears the supervisor: `agent`, the one whose leg is listened to; `customer`, the customer, or the other one in a call between colleagues. In a barge whoever the agent talks to hears the supervisor, but while a consulted party is that one, or the call is on hold, the customer hears music, and is not here."),
    hearers: z.array(z.string()).readonly().describe("The ids of the call's `legs` that hear the supervisor: that of `target`, and in a barge whoever is joined with it, such as the consulted party, or all others in a conference."),
    muted: z.boolean(),
  })
  .meta({ id: "CallSupervision", description: "Who listens to a call, whispers in it or barges into it." });

export const Consult = z
  .object({
    to: z.string().describe("The extension or number that was called."),
    agent: z.string().nullable(),
    leg: z.string().describe("The consulted leg, one of `legs`."),
    state: z.enum(["ringing", "active", "held"]).describe("`held`: the agent talks to the customer, and the consulted party waits with music."),
    since: Time,
  })
  .meta({ id: "CallConsult", description: "An agent consults somebody while the customer is on hold." });

const Transfer = z
  .object({ type: z.enum(["client", "phonenumber", "department"]), to: z.string(), since: Time })
  .meta({ id: "CallTransfer", description: "The target of a transfer, whose phone rings while the caller hears music." });

export const Call = z.object({
  id: z.string(),
  state: z.enum(["queued", "ringing", "active", "held", "parked", "scripted", "ended"]).describe("`scripted`: a program (TwiML) runs the call, and nobody talks to the caller. `parked`: nobody talks to the caller either, who was parked, or leaves a message to a department."),
  direction: z.enum(["inbound", "outbound", "internal"]),
  from: z.string(),
  fromName: z.string().nullable().describe("The caller's display name as the trunk or phone gave it, which proves nothing; of a call that an agent makes, what the agent is called."),
  fromText: z.string().describe("`from` with spaces, as people of the organization write it."),
  to: z.string(),
  toText: z.string().describe("`to` with spaces, as people of the organization write it."),
  assignedTo: z.string().nullable().describe("The agent id of the owner."),
  previousAgents: z.array(z.string()).readonly().describe("The agents who owned the call before, the first one first; the last 10."),
  department: z.string().nullable(),
  node: z.string(),
  createdAt: Time,
  answeredAt: Time.nullable(),
  stateSince: Time.describe("Since when the call is in its state: a hold, for example."),
  queuedAt: Time.nullable().describe("Since when its caller waits: a move to another department, or an overflow, does not begin it anew. Null while it does not wait."),
  position: z.number().int().min(1).nullable().describe("Its place in the department's line: 1 is served next. Null while it does not wait. When others leave the line, it is told within a second; where hundreds move up, 500 of them a second."),
  priority: z.number().int().nullable().describe("Higher is served first: -10 to 10, and 11 for a caller who was sent back to the line. Null while it does not wait."),
  offeredTo: z.array(z.string()).readonly().describe("The agents whose phones ring for it while it waits."),
  ringing: z.array(z.string()).readonly().describe("The agents whose phones ring."),
  legs: z.array(Leg).readonly(),
  supervision: z.array(Supervision).readonly(),
  recording: z.boolean(),
  recordingState: z.enum(["off", "on", "paused"]),
  consult: Consult.nullable(),
  transfer: Transfer.nullable(),
  attributes: z.record(z.string(), z.string()).describe("What others have noted about the call: set when it is originated, by PATCH, or by a dialplan (`callplane_attr_<name>`)."),
  heldBy: z.enum(["agent", "phone", "lostPhone"]).nullable().describe("`agent`: held through Callplane, with music. `phone`: a phone holds by itself, and only it can end that. `lostPhone`: the agent's phone vanished; the other party hears music, and the phone is rung as soon as it is back. Null: not held."),
  conference: z.boolean().describe("The legs are participants of a conference, each with its own state."),
  help: z
    .object({ by: z.string().nullable().describe("The agent who needs it; null: not known."), reason: z.string().nullable().describe("Null: none was given."), since: Time })
    .nullable()
    .describe("An agent asks for help with it (`:help`). Null again when a supervisor begins to supervise it or changes the mode, and when it is withdrawn; agents who may not know of supervision see it until it is withdrawn, or the call is over."),
}).meta({ id: "Call", description: "A live call." }) satisfies z.ZodType<CallView>;

export const AgentStatus = z.enum(["offline", "online", "away", "inCall"]);

const Phone = z.object({ contact: z.string(), address: z.string(), userAgent: z.string(), since: Time }).meta({ id: "AgentPhone", description: "A phone that is registered for an agent." });

export const Agent = z.object({
  id: z.string(),
  extension: z.string(),
  name: z.string(),
  departments: z.array(z.string()).readonly().describe("In alphabetical order; `*` among them: the agent sees who waits in every department."),
  status: AgentStatus,
  since: Time.describe("Since when the agent has this status, ISO 8601."),
  reason: z.string().nullable().describe("Why the agent is away (`wrapUp`)."),
  until: Time.nullable().describe("When the wrap-up ends; null: when the agent ends it."),
  next: z
    .object({ status: AgentStatus, reason: z.string().nullable(), after: z.enum(AFTER).describe("What it waits for: `call`: the end of the call alone; `wrapUp`: of the wrap-up too, where one follows."), by: z.string().nullable().describe("The user who asked for it; null: the agent. `system`: a rule, such as too many missed calls."), byName: z.string().nullable().describe("What that user is called, where the user is an agent too; else null.") })
    .nullable()
    .describe("During a call or a wrap-up: the status that somebody asked for meanwhile, and that follows. Null: nobody asked; the status before the call follows."),
  wrapUp: z
    .object({ callId: z.string().nullable().describe("The call that it follows; null: not known any more."), until: Time.nullable().describe("When it ends; null: when the agent ends it.") })
    .nullable()
    .describe("The wrap-up after a department's call; null: in none."),
  registered: z.boolean(),
  phones: z.array(Phone).readonly(),
  calls: z.array(z.string()).readonly().describe("The agent's live calls."),
  ringing: z.array(z.string()).readonly().describe("Those of them that only ring the agent's phone."),
}).meta({ id: "Agent", description: "An agent as it is now." }) satisfies z.ZodType<AgentView>;

export const Department = z.object({ name: z.string(), ...DepartmentSettingsSchema.shape }).meta({ id: "Department", description: "A department with its settings." });

/** What GET /me shows of the organization's settings. */
export const OrganizationSettings = z.object({
  supervisionVisible: z.boolean().describe("Whether agents see that they are supervised."),
  awayReasons: z.array(z.string()).readonly().describe("The reasons for being away; none: any."),
  dispositions: z.record(z.string(), z.array(z.string()).readonly()).describe("What the calls of a department are closed as, by department; one that asks for none is left out."),
}).meta({ id: "OrganizationSettings", description: "What everybody of an organization needs to know of its settings." });
export type OrganizationSettings = z.output<typeof OrganizationSettings>;

/** A caller who waits in a department. */
export const QueueEntry = z.object({
  callId: z.string(),
  from: z.string(),
  fromText: z.string().describe("`from` with spaces, as people of the organization write it."),
  fromName: z.string().nullable().describe("The caller's display name, which proves nothing; of an agent who waits, what the agent is called."),
  queuedAt: Time.describe("When the caller began to wait, in this department or in those before, ISO 8601. Among those of one priority it decides the place."),
  position: z.number().int().min(1).describe("1 is served next."),
  priority: z.number().int().describe("-10 to 10, higher comes first."),
  skills: z.array(z.string()).readonly().describe("What an agent must know to be offered the caller."),
  offeredTo: z.array(z.string()).readonly().describe("The agents whose phones ring for the caller, or have answered."),
}).meta({ id: "QueueEntry", description: "A caller who waits." }) satisfies z.ZodType<Entry>;

/** A caller who asked to be called back. */
export const Callback = z.object({
  id: z.string(),
  department: z.string(),
  number: z.string(),
  fromName: CallerName,
  priority: z.number().int(),
  joinedAt: Time.describe("When the caller began to wait, which decides the place, ISO 8601."),
  attempts: z.number().int().describe("How often the number was called."),
  dueAt: Time.describe("When it is tried at the earliest; while it is being called, since when. ISO 8601."),
  state: z.enum(CALLBACK_STATES).describe("`done`: the number answered, or the caller was reached otherwise. `failed`: it is not tried any more. `cancelled`: somebody said that nobody need call."),
  callId: z.string().nullable().describe("The newest call to the number."),
}).meta({ id: "Callback", description: "A caller who asked to be called back." });

/** As GET /voiceconfig/messages/{id} shows it. */
export const Message = z.object({
  id: z.string().describe("The id of its recording, too."),
  callId: z.string(),
  department: z.string(),
  from: z.string().describe("The caller's number."),
  fromName: CallerName,
  leftAt: Time,
  durationS: z.number().int().describe("Seconds that it lasts."),
  state: z.enum(["open", "closed"]).describe("`closed`: nothing is left to be done about it."),
  heardAt: Time.nullable().describe("When it was heard first."),
  heardBy: z.string().nullable().describe("The user or token that heard it first."),
  closedAt: Time.nullable(),
  closedBy: z.string().nullable().describe("The user or token that closed it."),
  note: z.string().nullable(),
}).meta({ id: "Message", description: "What a caller has said to a department." });

export const shownMessage = ({ organizationId: _organization, version: _version, leftAt, durationMs, heardAt, closedAt, ...message }: MessageRecord): z.output<typeof Message> => ({
  ...message,
  leftAt: leftAt.toISOString(),
  durationS: Math.round(durationMs / 1000),
  state: closedAt === null ? "open" : "closed",
  heardAt: heardAt?.toISOString() ?? null,
  closedAt: closedAt?.toISOString() ?? null,
});

export const shownCallback = ({ id, department, number, fromName, priority, joinedAt, attempts, dueAt, state, callId }: CallbackRecord): z.output<typeof Callback> => ({
  id, department, number, fromName, priority, joinedAt: joinedAt.toISOString(), attempts, dueAt: dueAt.toISOString(), state, callId,
});

/** As GET /voiceconfig/recordings/{id} shows it. */
export const Recording = z.object({
  id: z.string(),
  callId: z.string(),
  startedBy: z.string().describe("The user who asked (`user:` and the name where the name has a colon, or is one of these words); `policy` of a department or line; `department:` and the name of the department that it is a message to; `program`; or `switch`, FreeSWITCH's dialplan."),
  startedAt: Time,
  endedAt: Time.nullable().describe("Null while it is recorded."),
  durationMs: z.int().nullable().describe("Milliseconds from its beginning to its end, pauses included; null while it is recorded."),
  removedAt: Time.nullable(),
  direction: z.enum(["inbound", "outbound", "internal"]).nullable().describe("Of its call, as `from`, `fromName`, `to`, `agent` and `department`; null, as these: the call's record was removed."),
  from: z.string().nullable(),
  fromName: CallerName,
  to: z.string().nullable(),
  agent: z.string().nullable().describe("The agent who had the call last, or whose phone rang in vain."),
  department: z.string().nullable().describe("The last one the call waited in."),
}).meta({ id: "Recording", description: "What is known of a recording." });
export type ShownRecording = z.output<typeof Recording>;

/** How a department does; the rolling figures are of the last 60 minutes. */
export const Figures = z.object({
  waiting: z.number().int().describe("Callers who wait now, those who hear a greeting included."),
  longestWaitS: z.number().int().describe("Seconds that the longest waiting one has waited, in departments before included; 0 when nobody waits."),
  callbacks: z.number().int().describe("Callers who wait to be called back."),
  serviceLevel: z.number().min(0).max(1).nullable().describe("Answered within the department's limit, of all answered and abandoned, in the last 60 minutes; null when there were none."),
  answered: z.number().int().describe("In the last 60 minutes."),
  abandoned: z.number().int().describe("Callers who hung up while they waited, in the last 60 minutes."),
  overflowed: z.number().int().describe("Callers who were sent elsewhere, left a message or asked to be called back, in the last 60 minutes."),
  averageWaitS: z.number().nullable().describe("Of those answered in the last 60 minutes; null when there were none."),
  agents: z.object({ free: z.number().int(), busy: z.number().int() }).describe("Members with the skills that the department asks for: free for an offer now, and in a call or ringing."),
}).meta({ id: "QueueFigures", description: "How a department does; the rolling figures are of the last 60 minutes." });

const ofUnknown = "null where callers wait in a department that does not exist.";

/** A department's queue: who waits, how it does, and from where on consoles raise an alarm. */
export const Queue = z.object({
  name: z.string().describe("The department."),
  waiting: z.number().int().min(0).describe("Callers who wait now, without those who leave a message."),
  serviceLevelS: z.number().int().nullable().describe(`Seconds within which a call is answered in time; ${ofUnknown}`),
  serviceLevelTarget: z.number().nullable().describe(`Which part of the callers is to be answered in time, 0 to 1; ${ofUnknown}`),
  alarms: Department.shape.alarms.unwrap().nullable().describe(`As the department is set up; ${ofUnknown}`),
  figures: Figures,
  entries: z.array(QueueEntry).readonly().describe("In the order in which they are served."),
}).meta({ id: "Queue", description: "A department's queue." }) satisfies z.ZodType<QueueView>;
