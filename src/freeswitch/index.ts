/** The door of the freeswitch room. */
export * from "./types.js";
export * from "./words.js";
export { APPLICATIONS, commands } from "./commands.js";
export type { Application, ApplicationArgument, ApplicationCall, BroadcastLeg, EavesdropDigit, OriginateOptions, RecordAction } from "./commands.js";
export { dialString, endpoints } from "./endpoints.js";
export type { DialString, Endpoint } from "./endpoints.js";
export { HANGUP_CAUSES, codeForCause, errorForCause, hangupCause, isHangupCause } from "./hangup-causes.js";
export type { HangupCause } from "./hangup-causes.js";
export { mediaSource, recordingPath } from "./media.js";
export type { MediaSource, RecordingPath } from "./media.js";
export { createNodes } from "./nodes.js";
export type { NodesOptions } from "./nodes.js";
export { DEFAULT_TIMING } from "./ports.js";
export type { CommandOutcome, Logger, SwitchMetrics, SwitchTiming } from "./ports.js";
export type { NodeAddress } from "./session.js";
export { CommandRefused } from "./switch-errors.js";
