/** What the dialling room needs from others. */

/** What an organization may dial and how much of it. */
export interface DialRules {
  /** Calls to the outside at once; null: no limit. */
  readonly maxOutboundCalls: number | null;
  /** Calls to the outside begun within any 60 s; null: no limit. */
  readonly maxOutboundCallsPerMinute: number | null;
  /** Seconds after which FreeSWITCH ends a call to the outside; null: no limit. */
  readonly maxOutboundCallS: number | null;
  /** Whether premium, shared-cost, personal and satellite numbers may be dialled where a prefix allows them. */
  readonly premiumAllowed: boolean;
}

/** Synchronous: kept in memory by whoever implements it. */
export interface DialDirectory {
  /** Undefined for an organization that is gone. */
  organization(id: number): DialRules | undefined;
  agentRecord(organizationId: number, agentId: string): { readonly allowedPrefixes: readonly string[] | null } | undefined;
  /** The organization's phone lines, E.164. */
  ownNumbers(organizationId: number): readonly string[];
}

/** The registry's part: how many legs to the outside an organization has now, whoever dialled them. */
export interface LiveOutsideCalls {
  outside(organizationId: number): number;
}

/** Why a number was refused. */
export const DIAL_REFUSALS = ["prefix", "agent-prefix", "premium", "satellite", "unreadable", "simultaneous", "rate"] as const;
export type DialRefusal = (typeof DIAL_REFUSALS)[number];

/** Must not throw. */
export interface DialMetrics {
  dialRefused(rule: DialRefusal): void;
}
