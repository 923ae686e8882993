/** Whom a call is with, as people say it. */
import type { Call, CallLeg } from "../../api/types.js";

export interface Party {
  /** Null: only the number is known. */
  readonly name: string | null;
  readonly number: string;
}

export type NameOf = (agentId: string) => string;

/** Whoever the agent talks to: the caller, the one who was called, or the colleague. */
export function partyOf(call: Call, nameOf: NameOf): Party {
  if (call.direction === "inbound") return { name: told(call.fromName, call.from), number: call.fromText };
  const customer = call.legs.find(({ role }) => role === "customer");
  if (call.direction === "outbound") return { name: told(customer?.name ?? null, call.to), number: call.toText };
  const colleague = call.legs.find(({ role, agent }) => role !== "supervisor" && agent !== null && agent !== call.assignedTo)?.agent;
  return { name: colleague == null ? null : told(nameOf(colleague), call.to), number: call.toText };
}

/** A phone without a name of its own says its number for a name. */
const told = (name: string | null, number: string): string | null => (name === null || name.trim() === "" || name === number ? null : name);

export const partyText = ({ name, number }: Party): string => name ?? number;

/** The agent who has the call: its owner, or whose leg is on it. */
export const agentOf = (call: Call): string | null => call.assignedTo ?? call.legs.find(isAgent)?.agent ?? call.ringing[0] ?? null;

const isAgent = ({ role, state }: CallLeg): boolean => role === "agent" && state !== "ended";

/** How many agents are on it, those included whom the owner consults. */
export const agentCount = (call: Call): number => new Set(call.legs.filter(isAgent).map(({ agent }) => agent)).size;

/** How many take part, supervisors excepted. */
export const peopleCount = (call: Call): number => call.legs.filter(({ role, state }) => role !== "supervisor" && state !== "ended").length;

/** Since when the call is as it is: callers who wait count from when they began to. */
export const sinceOf = (call: Call): string => (call.state === "queued" ? (call.queuedAt ?? call.stateSince) : call.stateSince);
