/** The door of the HTTP room. */
export { createApp } from "./app.js";
export { EVERY_ROLE, PUBLIC, SIGNED_IN, SUPERVISING_ROLES, actorOf, onAgent, onCall, type RouteAccess } from "./access.js";
export { Front, type FrontOptions, type Standing } from "./front.js";
export { LiveHub, registerLive } from "./live/index.js";
export { REDACTED_PATHS } from "./logging.js";
export type { HttpConfig, HttpServices } from "./services.js";
export type { DocumentSource, LiveConference, LiveConferences, LiveParticipant, LiveProgramCall, NewProgramCall, ParticipantChange, ProgramCalls, TwilioServices } from "./twilio-rest/index.js";
