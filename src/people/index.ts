/** The door of the people room: who asks, with which role, in which organization, and who the agents are. */
import type { DomainName, Extension } from "../freeswitch/index.js";

export * from "./agents.js";
export { assertWorksOn, departmentsListed, type DepartmentWorker } from "./department-work.js";
export type { AccountDirectory } from "./directory.js";
export type * from "./browser-sessions.js";
export { FreshReads } from "./fresh-reads.js";
export * from "./organizations.js";
export { organizationFor } from "./organization-for.js";
export type * from "./shared-numbers.js";
export * from "./users.js";
export * from "./voice-accounts.js";
export { isSupervisionMode, permissions, SUPERVISION_MODES, tokenName, USER_ROLES } from "./words.js";

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
  /** The request that is being answered, for the log. */
  readonly requestId?: string;
  /** Who is behind the token: the same for all tokens of one user. Absent: nobody but the token itself. */
  readonly holder?: string;
  /** The user's row; absent: the token is no user's. */
  readonly userId?: number | undefined;
  /** The browser session whose access token it is. */
  readonly sessionId?: string;
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

/** Among an agent's departments: the agent sees who waits in every department, and may pick up there. Callers are offered by the departments named besides it. */
export const ALL_DEPARTMENTS = "*";

export interface AgentIdentity {
  readonly agentId: string;
  readonly organizationId: number;
  readonly extension: Extension;
  readonly name: string;
  /** In alphabetical order; `ALL_DEPARTMENTS` may be among them. */
  readonly departments: readonly string[];
}

/** What has changed in a directory: one agent, who may have come or gone; null: anything may have. */
export type DirectoryChange = { readonly organizationId: number; readonly agentId: string } | null;

/** Synchronous, because the registry asks for every new channel: kept in memory by whoever implements it. */
export interface Directory {
  organizations(): readonly Organization[];
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
  /** Whether the agent sees who waits there: in the departments that the agent is a member of, in all with `ALL_DEPARTMENTS`, in none without any. */
  servesDepartment(organizationId: number, agentId: string, department: string): boolean;
  /** Whether whoever logs in as this agent has a role that may supervise. */
  supervises(organizationId: number, agentId: string): boolean;
  /** Told after each change of the accounts, whichever process made it. Returns the unsubscribe function. */
  onChange(handler: (change: DirectoryChange) => void): () => void;
}
