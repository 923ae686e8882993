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
  if (call.direction === "outbound") return { name: told(customer?.name ?? null, call.to), number: customer?.numberText ?? call.toText };
  const colleague = call.legs.find(({ role, agent }) => role !== "supervisor" && agent !== null && agent !== call.assignedTo)?.agent;
  return { name: colleague == null ? null : told(nameOf(colleague), call.to), number: call.toText };
}

/** A phone without a name of its own says its number for a name. */
const told = (name: string | null, number: string): string | null => (name === null || name.trim() === "" || name === number ? null : name);

export const partyText = ({ name, number }: Party): string => name ?? number;

/** The agent who has the call: its owner, or whose leg is on it. */
export const agentOf = (call: Call): string | null => call.assignedTo ?? call.legs.find(isAgent)?.agent ?? call.ringing[0] ?? null;

/** A phone that registers under a name of its own shows that name for its number: whom the caller called says more. */
const IS_NUMBER = /^\+?\d+$/;

/** Who talks to the caller of a call that no agent has: somebody outside, a program, or a sound that is played. Null: nobody does. */
export type Other = { readonly kind: "party"; readonly name: string } | { readonly kind: "program" } | { readonly kind: "announcement" };

export function otherOf(call: Call): Other | null {
  if (agentOf(call) !== null) return null;
  if (call.state === "scripted") return { kind: "program" };
  if (call.state !== "active" && call.state !== "ringing") return null;
  const [customer] = call.legs.filter(isThere);
  const caller = call.legs.find((leg) => isThere(leg) && leg.role === "customer") ?? customer;
  const party = call.legs.find((leg) => isThere(leg) && leg !== caller);
  if (party !== undefined) return { kind: "party", name: told(party.name, party.number) ?? (IS_NUMBER.test(party.number) ? party.numberText : call.toText) };
  return call.state === "active" ? { kind: "announcement" } : null;
}

const isThere = ({ role, state }: CallLeg): boolean => role !== "supervisor" && state !== "ended";

const isAgent = ({ role, state }: CallLeg): boolean => role === "agent" && state !== "ended";

/** How many agents are on it, those included whom the owner consults. */
export const agentCount = (call: Call): number => new Set(call.legs.filter(isAgent).map(({ agent }) => agent)).size;

/** How many take part, supervisors excepted. */
export const peopleCount = (call: Call): number => call.legs.filter(({ role, state }) => role !== "supervisor" && state !== "ended").length;

/** Since when the call is as it is: callers who wait count from when they began to. */
export const sinceOf = (call: Call): string => (call.state === "queued" ? (call.queuedAt ?? call.stateSince) : call.stateSince);
