export { Conference } from "./conference.js";
export type { ConferenceBook, ConferenceEnd, EndReason, KeptConference } from "./kept.js";
export { Conferences } from "./conferences.js";
export type { LeaveReason, Participant } from "./participant.js";
export { ConferenceDesk, type ParticipantWish, type ShownConference, type ShownParticipant } from "./desk.js";
