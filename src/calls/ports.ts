/**
 * What the calls room needs from others. The other rooms implement these ports and the composition root wires them,
 * so that calls imports nothing but the freeswitch room.
 */
import type { Endpoint } from "../freeswitch/endpoints.js";
import type { ChannelUuid, DomainName, Extension, NumberText, PhoneNumber } from "../freeswitch/words.js";

export type Role = "agent" | "supervisor" | "admin" | "service" | "root";
export type SupervisionMode = "listen" | "whisper" | "barge";

/** Who asks. Made by the auth room from a verified token. */
export interface Actor {
  /** The user's name, or the service token's name. */
  readonly name: string;
  readonly role: Role;
  /** The organization's id; null for root alone. */
  readonly organizationId: number | null;
  /** The agent id, when this person has one. */
  readonly agentId: string | null;
  /** The supervision modes that this token carries. */
  readonly permissions: ReadonlySet<SupervisionMode>;
  /** The token's id (jti). */
  readonly tokenId: string;
  /** Who is behind the token: the same for all tokens of one user. Absent: nobody but the token itself. */
  readonly holder?: string;
}

export interface Organization {
  readonly id: number;
  readonly name: string;
  readonly domain: DomainName;
  /** How a phone number is dialled, with `{number}` where it goes; `sofia/gateway/trunk/{number}` by default. */
  readonly dialString: string;
  /** Shown to who is called, or null to leave it to the trunk. */
  readonly callerId: string | null;
  /** Prefixes that may be dialled; empty: own extensions alone. */
  readonly allowedPrefixes: readonly string[];
  readonly supervisionVisible: boolean;
}

export interface AgentIdentity {
  readonly agentId: string;
  readonly organizationId: number;
  readonly extension: Extension;
}

/** Synchronous, because the registry asks for every new channel: kept in memory by whoever implements it. */
export interface Directory {
  organization(id: number): Organization | undefined;
  organizationByName(name: string): Organization | undefined;
  organizationByDomain(domain: string): Organization | undefined;
  agent(organizationId: number, agentId: string): AgentIdentity | undefined;
  agentByExtension(organizationId: number, extension: string): AgentIdentity | undefined;
  /** By agent id, in the order of its UTF-16 code units. */
  agents(organizationId: number): readonly AgentIdentity[];
  /** Whether the organization has a department of this name. */
  hasDepartment(organizationId: number, name: string): boolean;
  departments(organizationId: number): readonly string[];
  /** Whether the agent sees who waits there: in the departments that she is a member of, in all when she is a member of none. */
  servesDepartment(organizationId: number, agentId: string, department: string): boolean;
  /** Whether whoever logs in as this agent has a role that may supervise. */
  supervises(organizationId: number, agentId: string): boolean;
}

/** On whose behalf a number is dialled. */
export interface Dialler {
  /** Who asks, for the audit log; `system` for what Callplane does by itself. */
  readonly name: string;
  /** The agent who dials: her own prefixes count besides the organization's. Null: nobody's. */
  readonly agentId: string | null;
  /** Shown to who is called if it is the organization's own number. */
  readonly preferredCallerId?: string | null;
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
   * Takes a place for this leg, immediately before FreeSWITCH is told to dial; absent: there is no limit. The place is free after `forgottenMs` milliseconds
   * (by default as long as a phone may ring first) if nothing is known of the leg by then. Throws DIAL_LIMIT.
   */
  readonly admit?: (leg: ChannelUuid, forgottenMs?: number) => DialPlace;
}

/** The one place that decides what may be dialled, for originate, transfer, consult, conference, overflow, callback, forwarding and phones alike. */
export interface DialPolicy {
  /** Reads what was written and gives the FreeSWITCH endpoint for it. Throws NUMBER_NOT_ALLOWED (also for what is no valid number), DIAL_LIMIT, SwitchUnavailable when the call could not be counted. */
  endpointFor(organization: Organization, written: NumberText, dialler?: Dialler): DialRoute;
  /** Whether it is an emergency number that the organization may dial. */
  isEmergency(organization: Organization, written: NumberText): boolean;
  /** The number in E.164 as the organization (null: nobody's) reads it; null for what is no valid number. */
  read(organizationId: number | null, written: string): PhoneNumber | null;
  /** In E.164 the number of a caller who asks to be called back, however it was written. Throws NUMBER_NOT_ALLOWED. */
  callbackTo(organization: Organization, written: string): PhoneNumber;
}

export interface AuditEntry {
  readonly at: Date;
  readonly organizationId: number | null;
  /** User or token name; `system` for what Callplane does by itself. */
  readonly actor: string;
  readonly action: string; // supervision.start, supervision.switch, supervision.end, login, login.failed, refused, org.create, …
  /** What it was done to: a call id, a user name, … */
  readonly target: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Append only. Never throws: what cannot be written is logged and counted. */
export interface AuditLog {
  append(entry: AuditEntry): void;
}
