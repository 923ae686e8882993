/** The door of the audit room. */
export * from "./types.js";
export { createAuditLog } from "./batching-log.js";
export type { AuditLogOptions, StoreAuditLog } from "./batching-log.js";
export { startAuditPruning } from "./pruning.js";
export { limitRefusals } from "./refusal-limit.js";
export type { LimitedAuditLog } from "./refusal-limit.js";
