/** The door of the room of voice programs: TwiML documents and what runs them. */
export { NotTwiml, parse, type Document } from "./document.js";
export type { Warning } from "./reading.js";
export type { Verb } from "./verbs/index.js";
export { ProgramEngine, type EngineParts } from "./engine.js";
export type { ProgramCall, Update } from "./program-call.js";
export type { PlaceRequest } from "./placed-calls.js";
export type { MachineWish } from "./detection.js";
export type { LegDesk, StreamWish } from "./leg-desk.js";
export type { LegRecording, RecordingWish } from "./leg-recordings.js";
export { ProgramLog, type ProgramNote } from "./program-log.js";
export { ProgramError } from "./program-error.js";
export { callForm, rfc2822, type CallFacts } from "./call-parameters.js";
export { sipResponseOf, statusOfEnd, statusOfLeg, type CallStatus, type EndStatus } from "./statuses.js";
export type * from "./ports.js";
export type { LegWatch, LegWatches } from "./watches.js";
export { Conference, ConferenceDesk, Conferences, type ConferenceBook, type EndReason, type KeptConference, type LeaveReason, type Participant, type ParticipantWish, type ShownConference, type ShownParticipant } from "./conferences/index.js";
export { MAX_QUEUE_SIZE, NamedQueue, NamedQueues, QueueDesk, QueueMember, queueSid, type QueueResult, type ShownQueue } from "./named-queues/index.js";
export type { ProgramOrganizations } from "./run-ports.js";
