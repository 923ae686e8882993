/**
 * What the calls room needs from others. The other rooms implement these ports and the composition root wires them,
 * so that calls imports nothing but the freeswitch room.
 */
import type { Endpoint } from "../freeswitch/endpoints.js";
import type { DomainName, Extension, PhoneNumber } from "../freeswitch/words.js";

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
  agents(organizationId: number): readonly AgentIdentity[];
  /** Whether the organization has a department of this name. */
  hasDepartment(organizationId: number, name: string): boolean;
  departments(organizationId: number): readonly string[];
  /** Whether the agent sees who waits there: in the departments that she is a member of, in all when she is a member of none. Without it, in all. */
  servesDepartment?(organizationId: number, agentId: string, department: string): boolean;
}

/** The one place that decides what may be dialled, for originate, transfer, consult and conference alike. */
export interface DialPolicy {
  /** The FreeSWITCH endpoint for this number. Throws NUMBER_NOT_ALLOWED. */
  endpointFor(organization: Organization, number: PhoneNumber): { readonly endpoint: Endpoint; readonly callerId: string | null };
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
