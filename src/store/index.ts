/** The door of the store room. */
export * from "./types.js";
export { createAuditLog } from "./audit-log.js";
export type { AuditLogOptions, StoreAuditLog } from "./audit-log.js";
export { startAuditPruning } from "./audit-pruning.js";
export type { AuditPruning } from "./audit-pruning.js";
export { openDirectory } from "./directory.js";
export type { DirectoryOptions } from "./directory.js";
export { FreshReads } from "./fresh-reads.js";
export { DEFAULT_DIAL_STRING, SUPERVISION_MODES, USER_ROLES, isSupervisionMode, permissions, tokenName } from "./input.js";
export { limitRefusals } from "./refusal-limit.js";
export type { LimitedAuditLog } from "./refusal-limit.js";
export { recordingRules } from "./recording-rules.js";
export { openStore } from "./open.js";
export type { StoreOptions } from "./open.js";
