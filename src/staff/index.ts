/** The door of the staff room. */
export { Staff } from "./service.js";
export type { StaffPorts } from "./ports.js";
export type { SipAccess, StaffService, VoiceAgent } from "./types.js";
