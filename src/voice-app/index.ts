/** The door of the voice-app room: the configuration of voice applications, and the application that answers TwiML from it. */
import type { VoiceAccountService } from "./accounts.js";

export { VoiceAccountService, type AccountPorts, type MadeAccount, type ShownAccount } from "./accounts.js";
export type VoiceAccountFace = Pick<VoiceAccountService, keyof VoiceAccountService>;
