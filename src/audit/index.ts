/** The door of the audit room. */
export * from "./types.js";
export { createAuditLog, type AuditLogOptions, type StoreAuditLog } from "./batching-log.js";
export { startAuditPruning } from "./pruning.js";
export { limitRefusals, type LimitedAuditLog } from "./refusal-limit.js";
