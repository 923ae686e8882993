export { Conference, type ConferenceEnd, type EndReason } from "./conference.js";
export { Conferences } from "./conferences.js";
export type { LeaveReason, Participant } from "./participant.js";
export { ConferenceDesk, type ParticipantWish, type ShownConference, type ShownParticipant } from "./desk.js";
