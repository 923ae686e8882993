/** The door of the store room: repositories on SQLite, and the accounts in memory. */
export * from "./types.js";
export { createAuditLog, type AuditLogOptions, type StoreAuditLog, startAuditPruning, limitRefusals, type LimitedAuditLog } from "../audit/index.js";
export { openDirectory, type DirectoryOptions } from "./directory.js";
export { SUPERVISION_MODES, USER_ROLES, isSupervisionMode, permissions, tokenName } from "../people/index.js";
export { DEFAULT_DIAL_STRING } from "./input.js";
export { recordingRules } from "./recording-rules.js";
export { databasePath } from "./sqlite/connect.js";
export { openStore, type StoreOptions } from "./open.js";
