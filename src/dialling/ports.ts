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
  /** ISO 3166-1 alpha-2; null: that of its caller id or its first line. */
  readonly country: string | null;
  /** Instead of its country's; null: its country's. 112 and 911 are emergency numbers in any case. */
  readonly emergencyNumbers: readonly string[] | null;
  /** Countries that callers may be called back in; null: its own. */
  readonly callbackCountries: readonly string[] | null;
  readonly callerId: string | null;
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
  /** Whether the registry has come to know this leg as the organization's, so that `outside` counts it for as long as it is up. */
  knows(organizationId: number, leg: string): boolean;
}

/** Why a number was refused. */
export const DIAL_REFUSALS = ["prefix", "agent-prefix", "premium", "satellite", "unreadable", "simultaneous", "rate", "uncounted", "callback-country", "callback-day", "callback-number"] as const;
export type DialRefusal = (typeof DIAL_REFUSALS)[number];

/** Must not throw. */
export interface DialMetrics {
  dialRefused(rule: DialRefusal): void;
}
