/** The door of the voice-app room: the configuration of voice applications, and the application that answers TwiML from it. */
import type { VoiceApplication } from "./application.js";
import type { VoiceAccountService } from "./accounts.js";
import type { VoiceConfiguration } from "./configuration.js";

export { VoiceAccountService, type AccountPorts, type MadeAccount, type ShownAccount } from "./accounts.js";
export type { TwimlApp, TwimlAppRepository, TwimlAppSettings } from "./twiml-apps.js";
export type VoiceAccountFace = Pick<VoiceAccountService, keyof VoiceAccountService>;
export { CALLBACK_EVENTS, PromptSchema, targetsOf, pointsTo, VoiceConfigChangeSchema, VoiceConfigSettingsSchema, voiceConfigSettings } from "./config.js";
export type { Expected, Menu, Prompt, VoiceConfigChange, VoiceConfigRecord, VoiceConfigRepository, VoiceConfigSettings } from "./config.js";
export { HoursSchema, isOpen, type Hours } from "./hours.js";
export { lineOfProgram, programOf, targetOf, type HttpMethod, type LineSettings, type NewPhoneLine, type OwnLine, type PhoneLineChange, type PhoneLineRecord, type PhoneLineRepository } from "./lines.js";
export { CallTargetSchema, ConfigTargetSchema, Method, WebUrl, type CallTarget, type CallTargetType, type ConfigTarget } from "./targets.js";
export { VoiceConfiguration, type ConfigurationPorts, type OwnNumber } from "./configuration.js";
export { MemoryVoiceDirectory, type VoiceDirectory, type VoiceDirectoryOptions } from "./directory.js";
export type VoiceConfigurationFace = Pick<VoiceConfiguration, keyof VoiceConfiguration>;
export { LinePrograms, OWN_VOICE_PATH, type LineProgram, type LineProgramOptions, type ProgramAddress } from "./programs.js";
export { VoiceApplication, type ApplicationOptions, type ApplicationRequest } from "./application.js";
export { twimlDocument, verb, type TwimlElement } from "./twiml.js";
export type { Place } from "./verbs.js";
export type VoiceApplicationFace = Pick<VoiceApplication, keyof VoiceApplication>;
export { DEMO_BOT_PATH, DEMO_LINE, offerBot, seedDemoLine } from "./demo.js";
