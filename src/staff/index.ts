/** The door of the staff room. */
export { Staff } from "./service.js";
export type { StaffDirectory, StaffPorts, StaffStore } from "./ports.js";
export type { NewVoiceAgent, PageNumber, SipAccess, StaffService, VoiceAgent } from "./types.js";
