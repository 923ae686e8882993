/** Who may know of a record, and whose own list of calls shows it. */
import type { Actor } from "../people/index.js";
import type { CallLegRecord, CallLogScope, CallRecord } from "./types.js";

/** The agent who had it last, or whose phone rang in vain, and whoever has talked in it. */
export const agentsOf = ({ agentId }: Pick<CallRecord, "agentId">, legs: readonly Pick<CallLegRecord, "role" | "agentId" | "answeredAt">[]): readonly string[] => [
  ...new Set([agentId, ...legs.map((leg) => (leg.role === "agent" && leg.answeredAt !== null ? leg.agentId : null))].flatMap((agent) => agent ?? [])),
];

/** Another organization's record does not exist for this actor. */
export const mayKnow = (actor: Actor, organizationId: number | null): boolean => actor.role === "root" || (organizationId !== null && organizationId === actor.organizationId);

/** The records that the actor's lists are taken from. */
export function scopeOf(actor: Actor): CallLogScope {
  if (actor.role === "root") return { organizationId: null, agentId: null };
  // An actor of the role agent without an agent id has no calls.
  return { organizationId: actor.organizationId ?? -1, agentId: actor.role === "agent" ? (actor.agentId ?? "") : null };
}
