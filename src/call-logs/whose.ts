/** Whose own list of calls shows a record. */
import type { CallLegRecord, CallRecord } from "./types.js";

/** The agent who had it last, or whose phone rang in vain, and whoever has talked in it. */
export const agentsOf = ({ agentId }: Pick<CallRecord, "agentId">, legs: readonly Pick<CallLegRecord, "role" | "agentId" | "answeredAt">[]): readonly string[] => [
  ...new Set([agentId, ...legs.map((leg) => (leg.role === "agent" && leg.answeredAt !== null ? leg.agentId : null))].flatMap((agent) => agent ?? [])),
];
