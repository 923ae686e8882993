/** Agents, with the secrets of their phones. */
import type { Extension } from "../freeswitch/index.js";

/** Somebody with a phone. */
export interface AgentRecord {
  /** The row's; `agentId` is the word that every API uses. */
  readonly id: number;
  readonly organizationId: number;
  readonly agentId: string;
  readonly extension: Extension;
  readonly name: string;
  /** Seconds that the agent's phone rings for a department's caller; null: the department's. */
  readonly ringTimeoutS: number | null;
  /** Seconds of wrap-up; null: the department's, 0: none, -1: until the agent ends it. */
  readonly wrapUpS: number | null;
  /** Prefixes that the agent may dial, within the organization's; null: all of those. */
  readonly allowedPrefixes: readonly string[] | null;
  /** In alphabetical order; `ALL_DEPARTMENTS` may be among them. */
  readonly departments: readonly string[];
  /** Skills with their levels, 1 to 10. */
  readonly skills: Readonly<Record<string, number>>;
  /** Whether the agent's phone may register. */
  readonly hasPassword: boolean;
  readonly createdAt: Date;
}

export interface AgentChanges {
  /** A change invalidates the phone's password and the one-time passwords. */
  readonly extension?: string;
  readonly name?: string;
  readonly ringTimeoutS?: number | null;
  readonly wrapUpS?: number | null;
  readonly allowedPrefixes?: readonly string[] | null;
  /** Replaces the whole set; `ALL_DEPARTMENTS` may be among them. A new agent has none unless they are given. */
  readonly departments?: readonly string[];
  /** Replaces the whole set. */
  readonly skills?: Readonly<Record<string, number>>;
}

export interface NewAgent extends AgentChanges {
  readonly organizationId: number;
  readonly agentId: string;
}

/** A one-time password of a client token, as its A1 hash. */
export interface SipCredential {
  readonly id: string;
  readonly a1: string;
  readonly expiresAt: Date;
}

/** What a phone may answer a challenge with. */
export interface SipHashes {
  /** Of the phone's own password; null: none. */
  readonly own: string | null;
  readonly oneTime: readonly SipCredential[];
}

export interface AgentRepository {
  /** The extension is the agent id unless given. Throws InvalidParameter naming the field, NotFound for the organization, Conflict naming the field. */
  create(input: NewAgent): Promise<AgentRecord>;
  /** Throws InvalidParameter naming the field, NotFound, Conflict naming the field. */
  update(id: number, change: AgentChanges): Promise<AgentRecord>;
  /** The user who logs in as the agent goes too. Throws NotFound, InUse while a phone line points to the agent. */
  remove(id: number): Promise<void>;
  find(organizationId: number, agentId: string): Promise<AgentRecord | null>;
  /** Of one organization, or of all; by agent id. */
  list(organizationId?: number): Promise<readonly AgentRecord[]>;
  /** The password of the agent's phone as MD5 of `extension:domain:password`; null: none may register. One-time passwords end with the one before. Throws NotFound. */
  setSipPassword(id: number, a1: string | null): Promise<void>;
  /** An agent has 20 of them at most: the oldest gives way, since a phone's answer is tried against each. Throws InvalidParameter, NotFound. */
  addSipCredential(credential: SipCredential & { readonly agentRow: number }): Promise<void>;
  /** By the agent's row: the phone's own hash, and those of valid one-time passwords. Never leaves the provisioning room. */
  sipHashes(now: Date): Promise<ReadonlyMap<number, SipHashes>>;
  /** The same of one agent; null for an unknown agent. */
  sipHashesOf(id: number, now: Date): Promise<SipHashes | null>;
  /** Forgets what expired before; gives how many. */
  purgeSipCredentials(before: Date): Promise<number>;
}
