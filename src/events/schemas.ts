/** The types and fields of the domain events; `/docs/events` is generated from them. */
import { z } from "zod";
import type { AgentView } from "../agents/index.js";
import { type CallEnd, type CallView, LOST_PHONE_OUTCOMES, SUPERVISION_ENDS } from "../calls/index.js";
import { type DepartmentFigures, LINE_ENDS, type QueueView, WITHDRAWALS } from "../queues/index.js";
import { Contact, CONTACT_TYPES } from "./contacts.js";
import { SETTINGS_EVENTS } from "./settings-events.js";
import { Agent, Call, Callback, Consult, Department, Figures, Message, OrganizationSettings, Queue, QueueEntry, Recording, Time } from "./resources.js";

export const instant = Time;
export const callId = z.string().meta({ description: "The call's id" });
const supervisionMode = z.enum(["listen", "whisper", "barge"]);
const supervisor = z.string().nullable().meta({ description: "The supervisor's agent id; null: a program" });
const supervisingStream = z.string().optional().meta({ description: "Of a program: the sid of its stream" });

/** A call as GET /voicechannel/calls/{id} shows it. */
export const callSchema = Call;

/** An agent as GET /voicechannel/agents/{id} shows it. */
export const agentSchema = Agent;

/** A queue as GET /voicechannel/queues shows it. */
export const queueSchema = Queue;
const queueLengthSchema = z
  .object({ name: z.string().meta({ description: "The department" }), waiting: z.int().min(0).meta({ description: "Callers waiting now" }) })
  .meta({ id: "QueueWaiting", description: "How many callers wait in a department." });
const departmentEvent = z.object({
  department: Department,
  queue: queueSchema.nullable().meta({ description: "Its queue as it is now; null for who does not see it" }),
});
const offer = { callId, agent: z.string().meta({ description: "The agent's id" }), department: z.string(), until: instant.nullable().meta({ description: "When the phone stops ringing; null: not known after a restart" }) };

const lengthMs = z.int().min(0);
const endSchema = z
  .object({
    cause: z.string().nullable().meta({ description: "FreeSWITCH's hangup cause (`NORMAL_CLEARING`, `USER_BUSY`, `NO_ANSWER`, `UNALLOCATED_NUMBER`, …); of a call that nobody answered, why. Null: its end was not seen, or it was joined to another call" }),
    by: z.enum(["customer", "agent", "system"]).meta({ description: "Who hung up; `system`: FreeSWITCH, or a rule" }),
    waitMs: lengthMs.meta({ description: "Milliseconds that the caller waited in departments" }),
    talkMs: lengthMs.meta({ description: "Milliseconds of conversation" }),
    holdMs: lengthMs.meta({ description: "Milliseconds on hold or parked" }),
  })
  .meta({ id: "CallEnd", description: "How a call ended. When Callplane was restarted during the call, holds before that count as talk; the call's record is exact" }) satisfies z.ZodType<CallEnd>;

/** As GET /voicechannel/queues shows it. */
const figuresSchema = Figures;

export const switchSchema = z
  .object({
    node: z.string(),
    state: z.enum(["connecting", "reconciling", "ready", "down", "unusable", "closed"]),
    error: z.string().nullable(),
    since: instant,
    stale: z.boolean().meta({ description: "True while lists may be behind what FreeSWITCH knows" }),
  })
  .meta({ id: "Switch", description: "The connection to one FreeSWITCH" });

export const webhookSchema = z
  .object({ id: z.string(), url: z.string().meta({ description: "Without user, password and query" }), description: z.string() })
  .meta({ id: "WebhookName", description: "A server of the organization that is told of its events" });

// Fails to compile when a schema and the room's own type differ.
type Exact<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
export const SCHEMAS_MATCH = { call: true, agent: true, figures: true, queue: true } as const satisfies {
  call: Exact<z.infer<typeof callSchema>, CallView>;
  agent: Exact<z.infer<typeof agentSchema>, AgentView>;
  figures: Exact<z.infer<typeof figuresSchema>, DepartmentFigures>;
  queue: Exact<z.infer<typeof queueSchema>, QueueView>;
};

export interface EventDefinition {
  readonly description: string;
  /** Who receives it. */
  readonly seenBy: string;
  readonly data: z.ZodType;
}

const WHO_SEES_THE_CALL = "Whoever sees the call in lists: supervisor, admin and service of its organization, root, and the agents who own it, whose phones it rings, or who see it wait.";
const SUPERVISORS = "supervisor, admin and service of the organization, root";
const SUPERVISORS_AND_AGENT = `${SUPERVISORS}, the agent`;
const SEES_RECORD = `${SUPERVISORS}; every agent whose own list of call logs shows the record: the last one, and whoever has talked in the call`;
const SUPERVISORS_AND_MEMBERS = `${SUPERVISORS}, the agents of the department (and those with * among theirs)`;
const EVERYBODY = "everybody of the organization, root";
const SUPERVISION = `${SUPERVISORS}; agents who see the call only if the organization sets supervision_visible`;

const recordId = z.string().meta({ description: "The record's id: that of its call" });
const recordBy = z.string().meta({ description: "The user or token that did it" });
const agentEvent = z.object({ agent: agentSchema, cause: z.string() });

const recordingEvent = (description: string) => ({ description, seenBy: SEES_RECORD, data: z.object({ recording: Recording }) });
const pauseEvent = (description: string) => ({ description, seenBy: WHO_SEES_THE_CALL, data: z.object({ call: callSchema, recordingId: z.string().nullable().meta({ description: "The recording's id; null: unknown" }) }) });
const consultEvent = (description: string) => ({ description, seenBy: WHO_SEES_THE_CALL, data: z.object({ call: callSchema, consult: Consult }) });

export const DOMAIN_EVENTS = {
  "call.created": { description: "A call began: the first event of each call, with all that is known of it. A call that belongs to no organization at first, which root alone sees, is told again as new to the organization that it belongs to later.", seenBy: WHO_SEES_THE_CALL, data: z.object({ call: callSchema }) },
  "call.updated": {
    description: "A call changed: one event for one act, without the states in its middle. Whatever of the call the list shows is told by `call.created`, `call.updated`, `call.ended` and, to agents, `call.removed`: all other events of a call (`call.supervision.ended`, `consult.*`, …) come besides, and can be left out. While an act waits for a phone to be answered, what changes is told. The first event of a call that an agent comes to see later (a transfer to the agent, a caller who waits), or that Callplane finds after a restart, is of this type too: treat an unknown id as new.",
    seenBy: WHO_SEES_THE_CALL,
    data: z.object({ call: callSchema }),
  },
  "call.ended": { description: "A call ended: its last event; it is in no list any more. `ended` says why, by whom and how long it was.", seenBy: WHO_SEES_THE_CALL, data: z.object({ call: callSchema, ended: endSchema }) },
  "call.transfer.failed": {
    description: "A transfer did not reach its target; the call is back with the agent who made it. `code` is the error code that the request got.",
    seenBy: WHO_SEES_THE_CALL,
    data: z.object({ call: callSchema, code: z.string(), target: z.string() }),
  },
  "call.help": { description: "An agent asks for help with the call, or somebody does for the agent. `reason` null: none was given. Nothing of the call has changed.", seenBy: WHO_SEES_THE_CALL, data: z.object({ call: callSchema, agent: z.string().nullable(), reason: z.string().nullable() }) },
  "call.phone.lost": {
    description: "The phone of `agent` vanished in the call: its registration ended, or it sent nothing any more. `outcome`: the other party hears music until the phone is back (`held`), talks to the agent again (`joined`), waits in the department before all others (`queued`), or stays on hold beyond LOST_PHONE_RETURN_S because there is no department (`kept`).",
    seenBy: WHO_SEES_THE_CALL,
    data: z.object({ call: callSchema, agent: z.string(), outcome: z.enum(LOST_PHONE_OUTCOMES) }),
  },
  "call.supervision.started": { description: "A supervisor, or a program over a stream, listens to, whispers in or barges into the call.", seenBy: SUPERVISION, data: z.object({ call: callSchema, agent: supervisor, stream: supervisingStream, mode: supervisionMode }) },
  "call.supervision.switched": { description: "A supervisor changed the mode on the same leg.", seenBy: SUPERVISION, data: z.object({ call: callSchema, agent: supervisor, stream: supervisingStream, mode: supervisionMode }) },
  "call.supervision.ended": { description: "A supervision has ended: the supervisor left (`asked`, `hung_up`), the call ended, became the supervisor's own, or has no agent any more. `mode` is the last one.", seenBy: SUPERVISION, data: z.object({ call: callSchema, agent: supervisor, stream: supervisingStream, mode: supervisionMode, reason: z.enum(SUPERVISION_ENDS).optional() }) },
  "recording.started": recordingEvent("A recording began, and is stored: the list has it. That a call is recorded its `recordingState` says, which `call.updated` may tell a little earlier."),
  "recording.stopped": recordingEvent("The recording ended, and is stored so. Of a call that ends it comes after `call.ended`; of one that ended while Callplane was down, when its end is found."),
  "recording.updated": recordingEvent("Something else of it changed: it is known who started it, or its call was joined to another. What it shows of its call may still change until `calllog.completed`."),
  "recording.removed": recordingEvent("Its sound was removed by somebody, or is not kept any longer; only `?removed=true` lists it now."),
  "recording.paused": pauseEvent("What is said from now on is not recorded."),
  "recording.resumed": pauseEvent("The recording goes on."),
  "consult.started": consultEvent("An agent consults somebody: the customer is on hold, and the phone of `consult.to` rings."),
  "consult.answered": consultEvent("The agent talks to the consulted party."),
  "consult.completed": consultEvent("The customer talks to the consulted party, in a conference (`call.conference`) to the agent as well. `consult` is as it was. An agent who has handed the call over is told too, with the call as the agent saw it last; `call.removed` follows."),
  "consult.cancelled": consultEvent("The consultation came to nothing, or the call ended. `consult` is as it was."),
  "agent.status": { description: "An agent's status changed. `cause`: `request` (`request:<name>` when somebody else asked), `call`, `heartbeat`, `registration`, `directory` or `system`.", seenBy: SUPERVISORS_AND_AGENT, data: agentEvent },
  "agent.updated": { description: "Something else of an agent changed: a call that rings or holds the phone, the status that follows the call, the name, the departments, the extension. An agent who is to see the callers of other departments than before gets a new snapshot besides.", seenBy: SUPERVISORS_AND_AGENT, data: agentEvent },
  "agent.created": { description: "There is a new agent, or one whose login was enabled again.", seenBy: SUPERVISORS_AND_AGENT, data: agentEvent },
  "agent.removed": { description: "The agent was removed, or the agent's login disabled; the list shows the agent no more. `agent` is what was known last.", seenBy: SUPERVISORS_AND_AGENT, data: agentEvent },
  "agent.registered": { description: "A phone of the agent registered.", seenBy: SUPERVISORS_AND_AGENT, data: agentEvent },
  "agent.unregistered": { description: "A phone of the agent is gone; `registered` shows whether another one is left.", seenBy: SUPERVISORS_AND_AGENT, data: agentEvent },
  "queue.joined": { description: "A caller began to wait in a department, at `entry.position`: those from there on move down by one.", seenBy: SUPERVISORS_AND_MEMBERS, data: z.object({ queue: queueLengthSchema, callId, entry: QueueEntry }) },
  "queue.updated": { description: "Something of a caller who waits has changed: the priority and with it the place, or who is rung. Take the entry out, and put it in again at `entry.position`.", seenBy: SUPERVISORS_AND_MEMBERS, data: z.object({ queue: queueLengthSchema, callId, entry: QueueEntry }) },
  "queue.left": {
    description: "A caller waits no more: those behind move up by one. `reason`: an agent talks with the caller (`answered`), who else hung up (`abandoned`), waits in another department, was parked, joined to another call or taken on by a program (`moved`), was sent on by the department's overflow, or talks with a number outside (`overflowed`), leaves a message (`message`), is to be called back (`callback`), or was cut off, because somebody ended the call through Callplane or FreeSWITCH ended (`removed`).",
    seenBy: SUPERVISORS_AND_MEMBERS,
    data: z.object({ queue: queueLengthSchema, callId, reason: z.enum(LINE_ENDS), agent: z.string().nullable().meta({ description: "The agent who has answered; null: none" }) }),
  },
  "queue.figures": {
    description: "A department's figures changed; at most once a second. The growing wait alone is no change.",
    seenBy: SUPERVISORS_AND_MEMBERS,
    data: z.object({ department: z.string(), figures: figuresSchema }),
  },
  "department.created": { description: "There is a new department.", seenBy: EVERYBODY, data: departmentEvent },
  "department.updated": { description: "A department was set up anew. Where the required skills changed, those of its queue's entries are in `queue`.", seenBy: EVERYBODY, data: departmentEvent },
  "department.removed": { description: "A department was removed; `department` is what was known last. Callers who wait there still are in `queue`, which is otherwise empty and in no list any more.", seenBy: EVERYBODY, data: departmentEvent },
  "organization.updated": {
    description: "What GET /me shows of the organization has changed: its name, or a setting that its people need to know (the reasons for being away, what calls are closed as, whether agents see supervision). When the last changes, agents get a new snapshot besides.",
    seenBy: EVERYBODY,
    data: z.object({ organization: z.object({ id: z.int(), name: z.string(), domain: z.string() }), settings: OrganizationSettings }),
  },
  "offer.made": { description: "An agent's phone is to ring for a caller of a department, or for a callback.", seenBy: SUPERVISORS_AND_AGENT, data: z.object(offer) },
  "offer.accepted": { description: "The agent answered and has the caller.", seenBy: SUPERVISORS_AND_AGENT, data: z.object(offer) },
  "offer.missed": { description: "The phone rang in vain, was busy, on do-not-disturb, or refused. `code`: why.", seenBy: SUPERVISORS_AND_AGENT, data: z.object({ ...offer, code: z.string() }) },
  "offer.withdrawn": { description: "The phone rings no more although the agent did not miss the call: the agent takes no calls any more (`agent`), somebody else has the caller, who may have been moved (`taken`), the caller is gone (`caller_gone`), or the phone could not be rung (`failed`).", seenBy: SUPERVISORS_AND_AGENT, data: z.object({ ...offer, reason: z.enum(WITHDRAWALS) }) },
  "callback.created": { description: "A caller asked to be called back, and waits for it.", seenBy: SUPERVISORS_AND_MEMBERS, data: z.object({ callback: Callback }) },
  "callback.updated": { description: "A callback is being called, is to be tried again, or got another priority or time.", seenBy: SUPERVISORS_AND_MEMBERS, data: z.object({ callback: Callback }) },
  "callback.done": { description: "The caller was reached, or is not tried any more (`failed`, `cancelled`).", seenBy: SUPERVISORS_AND_MEMBERS, data: z.object({ callback: Callback }) },
  "message.left": { description: "A caller has left a message to a department. Of one that was left while Callplane was down it is told when the end of its call is found.", seenBy: SUPERVISORS_AND_MEMBERS, data: z.object({ message: Message }) },
  "message.updated": { description: "A message was heard for the first time, closed, opened again, or got another note.", seenBy: SUPERVISORS_AND_MEMBERS, data: z.object({ message: Message }) },
  "message.removed": { description: "A message was removed, or is not kept any longer. `message` is what was known last.", seenBy: SUPERVISORS_AND_MEMBERS, data: z.object({ message: Message }) },
  "calllog.completed": { description: "The record of a call has its end, and can be read: GET /voiceconfig/calllogs/{id}. FreeSWITCH's own record may still make its times exact: `complete` of the record says whether it has. Told once, of a call that ended while Callplane was down when its end is found: read the list again after a snapshot.", seenBy: SEES_RECORD, data: z.object({ id: callId }) },
  "calllog.updated": {
    description: "Somebody has written the outcome or the note of a call's record, or made a record by hand. It is stored: GET /voiceconfig/calllogs/{id} shows it. While the call lives its record has no end yet.",
    seenBy: SEES_RECORD,
    data: z.object({ id: recordId, callId, disposition: z.string().nullable().meta({ description: "What the call is closed as; null: nothing yet" }), note: z.string().nullable(), by: recordBy }),
  },
  "calllog.removed": { description: "Somebody has removed a call's record, with its recordings.", seenBy: SEES_RECORD, data: z.object({ id: recordId, callId, by: recordBy }) },
  "directory.presence": {
    description: "Entries of the directory have changed: a colleague's status or name, who is free in a department, a shared number. Once a second at most. The growing wait alone is no change.",
    seenBy: "the agents of the organization; of shared numbers alone also supervisor, admin and service, and root: the rest they are told by the events of agents, departments and queues",
    data: z.object({ items: z.array(Contact).readonly(), removed: z.array(z.object({ type: z.enum(CONTACT_TYPES), id: z.string() })).readonly() }),
  },
  "switch.status": { description: "The connection to a FreeSWITCH changed.", seenBy: "supervisor, admin, service and root, of every organization", data: z.object({ switch: switchSchema }) },
  "security.registration_failed": {
    description: "FreeSWITCH refused a phone: a wrong password or an unknown user. Told at the first failure of an address, whenever their number within BAN_WINDOW_S has doubled, and when it is an attack; `banned`: the ban command is run for it now.",
    seenBy: "admin of the organization whose domain was tried, root",
    data: z.object({ node: z.string(), user: z.string(), domain: z.string(), address: z.string(), failures: z.int().min(1), banned: z.boolean() }),
  },
  "webhook.disabled": {
    description: "A webhook is disabled: an event could not be delivered for a day, or its server answered 410. `dropped` events waited for it, and are not delivered.",
    seenBy: "admin of the organization, root",
    data: z.object({ webhook: webhookSchema, reason: z.string(), dropped: z.int().min(0) }),
  },
  "webhook.dropped": {
    description: "So many events waited for a webhook that older ones made room; those that end something (`call.ended`, `calllog.completed`) last. Told at most once a minute; `dropped`: since it was told last.",
    seenBy: "admin of the organization, root",
    data: z.object({ webhook: webhookSchema, dropped: z.int().min(1) }),
  },
  ...SETTINGS_EVENTS,
} as const satisfies Record<string, EventDefinition>;

/** What webhooks are told besides, and no stream. */
export const WEBHOOK_EVENTS = {
  "webhook.test": { description: "What `POST /voiceconfig/webhooks/{webhookid}:test` sends.", seenBy: "the webhook that is tested", data: z.object({ webhook: webhookSchema }) },
} as const satisfies Record<string, EventDefinition>;

export type DomainEventType = keyof typeof DOMAIN_EVENTS;
export type DomainEventData<T extends DomainEventType> = z.infer<(typeof DOMAIN_EVENTS)[T]["data"]>;
export type WebhookView = z.infer<typeof webhookSchema>;
export type SwitchView = z.infer<typeof switchSchema>;
