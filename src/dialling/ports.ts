/** What the dialling room gives the others, and what it needs from them. */
import type { ChannelUuid, Endpoint, NumberText, PhoneNumber } from "../freeswitch/index.js";
import type { AccountDirectory, Organization, OrganizationRecord } from "../people/index.js";

/** What an organization may dial, and how much. */
export type DialRules = Pick<OrganizationRecord, "maxOutboundCalls" | "maxOutboundCallsPerMinute" | "maxOutboundCallS" | "premiumAllowed" | "country" | "emergencyNumbers" | "callbackCountries" | "callerId">;

/** Synchronous: kept in memory. */
export type DialDirectory = Pick<AccountDirectory, "organization" | "agentRecord" | "ownNumbers" | "trunkOfLine">;

/** The registry's part: how many legs to the outside an organization has now, whoever dialled them. */
export interface LiveOutsideCalls {
  outside(organizationId: number): number;
  /** Whether the registry has come to know this leg as the organization's, so that `outside` counts it for as long as it is up. */
  knows(organizationId: number, leg: string): boolean;
}

/** Why a number was refused. */
export type DialRefusal = "prefix" | "agent-prefix" | "premium" | "satellite" | "unreadable" | "simultaneous" | "rate" | "uncounted" | "callback-country" | "callback-day" | "callback-number";

/** On whose behalf a number is dialled. */
export interface Dialler {
  /** Who asks, for the audit log; `system` for what Callplane does by itself. */
  readonly name: string;
  /** The agent who dials, whose own prefixes apply besides the organization's. Null: none. */
  readonly agentId: string | null;
  /** Shown to the called party if it is the organization's own number. */
  readonly preferredCallerId?: string | null;
  /** The number of the phone line whose call it is: its trunk carries the call. */
  readonly line?: string | null;
  /** False when the FreeSWITCH that will dial is not followed now, so that the call could not be counted. */
  readonly counted?: boolean;
}

/** A place among the calls that an organization may have and begin. Both are idempotent; the first counts. */
export interface DialPlace {
  /** The registry knows the leg: it counts the call from now on. */
  begun(): void;
  /** The call did not come to a leg. */
  giveBack(): void;
}

/** How a number is dialled. */
export interface DialRoute {
  /** What was read: judged and dialled, and to be shown and stored. */
  readonly number: PhoneNumber;
  readonly endpoint: Endpoint;
  /** Null: no number of its own; nothing else may be shown. */
  readonly callerId: string | null;
  /** Set on the outgoing leg, and there alone. */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Takes a place for this leg, immediately before FreeSWITCH dials; absent: there is no limit. The place is free after `forgottenMs` milliseconds
   * (by default as long as a phone may ring first) if nothing is known of the leg by then. Throws DIAL_LIMIT.
   */
  readonly admit?: (leg: ChannelUuid, forgottenMs?: number) => DialPlace;
}

/** Decides what may be dialled (policy.ts). */
export interface DialPolicy {
  /** Reads what was written and gives the FreeSWITCH endpoint for it. Throws NUMBER_NOT_ALLOWED (also for what is no valid number), DIAL_LIMIT, SwitchUnavailable when the call could not be counted. */
  endpointFor(organization: Organization, written: NumberText, dialler?: Dialler): DialRoute;
  /** Whether it is an emergency number that the organization may dial. */
  isEmergency(organization: Organization, written: NumberText): boolean;
  /** The number in E.164 as the organization (null: nobody's) reads it, whether or not it may be dialled; null for what is none. */
  read(organizationId: number | null, written: string): PhoneNumber | null;
  /** In E.164 the number of a caller who asks to be called back, however it was written. Throws NUMBER_NOT_ALLOWED. */
  callbackTo(organization: Organization, written: string): PhoneNumber;
}
