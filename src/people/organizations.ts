import type { Organization } from "./index.js";

export interface OrganizationRecord extends Organization {
  /** Calls to the outside at once, and begun within a minute; null: no limit. */
  readonly maxOutboundCalls: number | null;
  readonly maxOutboundCallsPerMinute: number | null;
  /** Seconds after which FreeSWITCH ends a call to the outside; null: no limit. */
  readonly maxOutboundCallS: number | null;
  /** Whether premium, shared-cost, personal and satellite numbers may be dialled where a prefix allows them. */
  readonly premiumAllowed: boolean;
  /** ISO 3166-1 alpha-2: how its people write numbers; null: the country of its caller id, else of its first line. */
  readonly country: string | null;
  /** Of the IANA database, such as `Europe/Berlin`: where the hours and days of its reports begin. */
  readonly timeZone: string;
  /** Instead of its country's; null: its country's. 112 and 911 are emergency numbers in any case. */
  readonly emergencyNumbers: readonly string[] | null;
  /** Countries in which callers may be called back; null: its own. */
  readonly callbackCountries: readonly string[] | null;
  /** Callbacks that callers may ask for within any 24 hours; 0: none. */
  readonly maxCallbacksPerDay: number;
  /** In alphabetical order. */
  readonly departments: readonly string[];
  /** Days that recordings are kept; null: for ever. */
  readonly recordingRetentionDays: number | null;
  /** The allowed reasons of `away`; empty: any. */
  readonly awayReasons: readonly string[];
  readonly createdAt: Date;
}

export interface OrganizationChange {
  /** Holds `{number}` once. */
  readonly dialString?: string;
  readonly callerId?: string | null;
  readonly allowedPrefixes?: readonly string[];
  readonly supervisionVisible?: boolean;
  readonly maxOutboundCalls?: number | null;
  readonly maxOutboundCallsPerMinute?: number | null;
  readonly maxOutboundCallS?: number | null;
  readonly premiumAllowed?: boolean;
  readonly country?: string | null;
  readonly timeZone?: string;
  readonly emergencyNumbers?: readonly string[] | null;
  readonly callbackCountries?: readonly string[] | null;
  /** 0 to 100000. */
  readonly maxCallbacksPerDay?: number;
  /** 1 to 36500; null: for ever. */
  readonly recordingRetentionDays?: number | null;
  readonly awayReasons?: readonly string[];
  /** Replaces the whole set. */
  readonly departments?: readonly string[];
}

/** Names and domains are compared without regard to case. */
export interface OrganizationRepository {
  /** Throws InvalidParameter (`name`, `domain`, `country`), Conflict when either of the first is taken. */
  create(input: { readonly name: string; readonly domain: string; readonly country?: string | null }): Promise<OrganizationRecord>;
  /** Throws InvalidParameter naming the field, NotFound, InUse for a department that something points to. */
  update(id: number, change: OrganizationChange): Promise<OrganizationRecord>;
  /** All that is its own goes with it; records of calls, recordings and the audit log stay. Throws NotFound, InUse while another organization dials by its trunk. */
  remove(id: number): Promise<void>;
  find(id: number): Promise<OrganizationRecord | null>;
  findByName(name: string): Promise<OrganizationRecord | null>;
  list(): Promise<readonly OrganizationRecord[]>;
}
