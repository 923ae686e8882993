/** The door of the staff room. */
import type { Staff } from "./service.js";

export { Staff } from "./service.js";
export { profileOf, type Profile } from "./profile.js";
export type { StaffPorts } from "./ports.js";
export type { SipAccess, VoiceAgent } from "./types.js";
export type StaffService = Pick<Staff, keyof Staff>;
