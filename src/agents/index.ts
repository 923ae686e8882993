/** The agents room: status and heartbeats of the people who take calls. */
export type { AgentServiceOptions } from "./options.js";
export { LiveAgentService, type AgentService } from "./service.js";
export type { AgentPolicy, AgentStatusRecord, AgentStatusStore } from "./ports.js";
export type { AgentChange, AgentStatus, AgentView, StatusChange } from "./types.js";
export { agentFor } from "./access.js";
export { AGENT_SORTS, type AgentQuery } from "./paging.js";
export { LONGEST_WRAP_UP_MS, type StatusRequest } from "./requests.js";
export { AFTER, WRAP_UP_REASON } from "./status.js";
