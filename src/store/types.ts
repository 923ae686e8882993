/** The door of the store: repositories are asynchronous, so that SQLite is one engine of two. */
import type { CallRecordStore, CdrQuarantine, SwitchLives } from "../call-logs/ports.js";
import type { AgentStatusStore } from "../agents/ports.js";
import type { AuditEntry, Directory, Organization, Role, SupervisionMode } from "../calls/ports.js";
import type { CallbackStore } from "../queues/ports.js";
import type { Extension } from "../freeswitch/words.js";
import type { DepartmentSettings } from "../queues/settings.js";

export interface OrganizationRecord extends Organization {
  /** Calls to the outside at once, and begun within a minute; null: no limit. */
  readonly maxOutboundCalls: number | null;
  readonly maxOutboundCallsPerMinute: number | null;
  /** Seconds after which FreeSWITCH ends a call to the outside; null: no limit. */
  readonly maxOutboundCallS: number | null;
  /** Whether premium, shared-cost, personal and satellite numbers may be dialled where a prefix allows them. */
  readonly premiumAllowed: boolean;
  /** In alphabetical order. */
  readonly departments: readonly string[];
  /** Days that recordings are kept; null: for ever. */
  readonly recordingRetentionDays: number | null;
  /** Why an agent may be away; empty: anything she says. */
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
  /** 1 to 36500; null: for ever. */
  readonly recordingRetentionDays?: number | null;
  readonly awayReasons?: readonly string[];
  /** Replaces the whole set. */
  readonly departments?: readonly string[];
}

/** Names and domains are compared without regard to case. */
export interface OrganizationRepository {
  /** Throws InvalidParameter (`name`, `domain`), Conflict when either is taken. */
  create(input: { readonly name: string; readonly domain: string }): Promise<OrganizationRecord>;
  /** Throws InvalidParameter naming the field, NotFound. */
  update(id: number, change: OrganizationChange): Promise<OrganizationRecord>;
  findByName(name: string): Promise<OrganizationRecord | null>;
  list(): Promise<readonly OrganizationRecord[]>;
}

/** A department with its settings, those that nobody set by default. */
export interface DepartmentRecord {
  readonly organizationId: number;
  readonly name: string;
  readonly settings: DepartmentSettings;
}

export interface DepartmentRepository {
  /** Throws InvalidParameter (`name`), NotFound for the organization, Conflict when it exists. */
  create(organizationId: number, name: string, settings: Partial<DepartmentSettings>): Promise<DepartmentRecord>;
  /** Sets what is given. Throws NotFound. */
  update(organizationId: number, name: string, settings: Partial<DepartmentSettings>): Promise<DepartmentRecord>;
  /** Throws NotFound. */
  remove(organizationId: number, name: string): Promise<void>;
  list(organizationId?: number): Promise<readonly DepartmentRecord[]>;
}

/** Somebody with a phone. */
export interface AgentRecord {
  /** The row's; `agentId` is the word that every API uses. */
  readonly id: number;
  readonly organizationId: number;
  readonly agentId: string;
  readonly extension: Extension;
  readonly name: string;
  /** Seconds that her phone rings for a department's caller; null: the department's. */
  readonly ringTimeoutS: number | null;
  /** Seconds of wrap-up; null: the department's, 0: none, -1: until she ends it. */
  readonly wrapUpS: number | null;
  /** Prefixes that she may dial, within her organization's; null: all of those. */
  readonly allowedPrefixes: readonly string[] | null;
  /** In alphabetical order. */
  readonly departments: readonly string[];
  /** Skills with their levels, 1 to 10. */
  readonly skills: Readonly<Record<string, number>>;
  /** Whether a phone of hers may register. */
  readonly hasPassword: boolean;
  readonly createdAt: Date;
}

export interface AgentChanges {
  /** Her phone's password, and one-time ones, no longer fit when it changes. */
  readonly extension?: string;
  readonly name?: string;
  readonly ringTimeoutS?: number | null;
  readonly wrapUpS?: number | null;
  readonly allowedPrefixes?: readonly string[] | null;
  /** Replaces the whole set. */
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
  /** Her own password's; null: none. */
  readonly own: string | null;
  readonly oneTime: readonly SipCredential[];
}

export interface AgentRepository {
  /** The extension is the agent id unless given. Throws InvalidParameter naming the field, NotFound for the organization, Conflict naming the field. */
  create(input: NewAgent): Promise<AgentRecord>;
  /** Throws InvalidParameter naming the field, NotFound, Conflict naming the field. */
  update(id: number, change: AgentChanges): Promise<AgentRecord>;
  /** The user who logs in as her goes with her. Throws NotFound. */
  remove(id: number): Promise<void>;
  find(organizationId: number, agentId: string): Promise<AgentRecord | null>;
  /** Of one organization, or of all; by agent id. */
  list(organizationId?: number): Promise<readonly AgentRecord[]>;
  /** The password of her phone as MD5 of `extension:domain:password`; null: none may register. Throws NotFound. */
  setSipPassword(id: number, a1: string | null): Promise<void>;
  /** An agent has 20 of them at most: the oldest gives way, since a phone's answer is tried against each. Throws InvalidParameter, NotFound. */
  addSipCredential(credential: SipCredential & { readonly agentRow: number }): Promise<void>;
  /** By the agent's row: her own hash, and those of one-time passwords that have not expired. Never leaves the provisioning room. */
  sipHashes(now: Date): Promise<ReadonlyMap<number, SipHashes>>;
  /** The same of one agent; null when she is not there. */
  sipHashesOf(id: number, now: Date): Promise<SipHashes | null>;
  /** Forgets what expired before; gives how many. */
  purgeSipCredentials(before: Date): Promise<number>;
}

/** A number by which the outside reaches an organization, and where its calls go. */
export interface PhoneLineRecord {
  readonly id: number;
  readonly organizationId: number;
  /** E.164 with its `+`; one organization's alone. */
  readonly number: string;
  readonly name: string;
  readonly targetType: "client" | "department";
  /** An agent id or a department's name. */
  readonly target: string;
  readonly recorded: boolean;
  readonly createdAt: Date;
}

export interface NewPhoneLine {
  readonly organizationId: number;
  readonly number: string;
  readonly name?: string;
  readonly targetType: "client" | "department";
  readonly target: string;
  readonly recorded?: boolean;
}

export interface PhoneLineRepository {
  /** Throws InvalidParameter (`number`, `name`, `target`), NotFound for the organization, Conflict when the number is in use anywhere. */
  create(input: NewPhoneLine): Promise<PhoneLineRecord>;
  /** Throws NotFound. */
  remove(organizationId: number, number: string): Promise<void>;
  list(organizationId?: number): Promise<readonly PhoneLineRecord[]>;
  /** Every organization's own numbers, by its id; the oldest first. */
  ownNumbers(): Promise<ReadonlyMap<number, readonly string[]>>;
}

/** A gateway of mod_sofia. */
export interface TrunkRecord {
  readonly id: number;
  readonly organizationId: number;
  /** The gateway's name in FreeSWITCH, unique across organizations. */
  readonly name: string;
  readonly proxy: string;
  readonly username: string;
  readonly register: boolean;
  /** Networks (CIDR) from which its calls come. */
  readonly networks: readonly string[];
  readonly createdAt: Date;
}

/** With the password, which FreeSWITCH must give to the provider. */
export interface TrunkSecret extends TrunkRecord {
  readonly password: string;
}

export interface NewTrunk {
  readonly organizationId: number;
  readonly name: string;
  readonly proxy: string;
  readonly username?: string;
  readonly password?: string;
  readonly register?: boolean;
  readonly networks?: readonly string[];
}

export interface TrunkRepository {
  /** Throws InvalidParameter naming the field, NotFound for the organization, Conflict when the name is in use anywhere. */
  create(input: NewTrunk): Promise<TrunkRecord>;
  /** Throws NotFound. */
  remove(organizationId: number, name: string): Promise<void>;
  list(organizationId?: number): Promise<readonly TrunkRecord[]>;
  /** All of them. Never leaves the provisioning room. */
  secrets(): Promise<readonly TrunkSecret[]>;
}

export type UserRole = Exclude<Role, "service">;

export interface UserRecord {
  readonly id: number;
  readonly username: string;
  /** Null for root alone. */
  readonly organizationId: number | null;
  readonly role: UserRole;
  readonly agentId: string | null;
  /** Set exactly when `agentId` is. */
  readonly extension: Extension | null;
  /** Null: the role's default. */
  readonly permissions: readonly SupervisionMode[] | null;
  readonly passwordHash: string;
  readonly disabled: boolean;
  readonly createdAt: Date;
}

export interface NewUser {
  readonly username: string;
  readonly organizationId: number | null;
  readonly role: UserRole;
  readonly agentId?: string | null;
  /** Default: the agent id. */
  readonly extension?: string | null;
  /** For supervisors; others have all or none by their role. */
  readonly permissions?: readonly string[] | null;
  readonly passwordHash: string;
}

export interface UserChange {
  readonly role?: UserRole;
  readonly permissions?: readonly string[] | null;
  /** The user's tokens are revoked with it. */
  readonly passwordHash?: string;
  /** The user's tokens are revoked when it becomes true. */
  readonly disabled?: boolean;
}

/** User names are compared without regard to case. */
export interface UserRepository {
  /** Throws InvalidParameter naming the field, NotFound for the organization, Conflict for a name, agent id or extension that is taken. */
  create(input: NewUser): Promise<UserRecord>;
  /** Throws InvalidParameter naming the field, NotFound. */
  update(id: number, change: UserChange): Promise<UserRecord>;
  /** Her tokens go with her. Throws NotFound. */
  remove(id: number): Promise<void>;
  /** Who logs in as this agent. */
  findByAgent(organizationId: number, agentId: string): Promise<UserRecord | null>;
  findByUsername(username: string): Promise<UserRecord | null>;
  /** Of one organization, or of all; by user name. */
  list(organizationId?: number): Promise<readonly UserRecord[]>;
}

export interface TokenRecord {
  readonly jti: string;
  /** The user who logged in; null for a service token. */
  readonly userId: number | null;
  /** The user's name, or the service token's. */
  readonly name: string;
  readonly organizationId: number | null;
  readonly role: Role;
  readonly permissions: readonly SupervisionMode[] | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export interface TokenRepository {
  create(record: Omit<TokenRecord, "revokedAt">): Promise<void>;
  find(jti: string): Promise<TokenRecord | null>;
  /** Tokens that have not expired, revoked ones included; the oldest first. */
  list(options?: { readonly services?: boolean }): Promise<readonly TokenRecord[]>;
  /** Whether there was such a token; revoking twice is no error. */
  revoke(jti: string): Promise<boolean>;
  /** Forgets what expired before `before`; gives how many. */
  purge(before: Date): Promise<number>;
}

export interface AuditRecord extends AuditEntry {
  /** Grows with each entry. */
  readonly id: number;
}

export interface AuditFilter {
  readonly organizationId?: number;
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly since?: Date;
  /** Entries before this moment. */
  readonly until?: Date;
  /** Entries older than this id, to page backwards. */
  readonly before?: number;
  /** 1 to 1000, default 100. */
  readonly limit?: number;
}

export interface AuditRepository {
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first. */
  list(filter?: AuditFilter): Promise<readonly AuditRecord[]>;
}

/** What became of an `Idempotency-Key`. */
export type IdempotencyClaim =
  /** First seen: do the work, then `complete` or `release`. */
  | { readonly outcome: "fresh" }
  /** Done before with the same body: answer this again. */
  | { readonly outcome: "replay"; readonly status: number; readonly reply: string }
  /** The first request with it is still under way. */
  | { readonly outcome: "pending" }
  /** Used before with another body. */
  | { readonly outcome: "mismatch" };

export interface IdempotencyRepository {
  /** Keys are forgotten after 24 h; one left pending by a crash after 5 minutes. */
  claim(tokenId: string, key: string, bodyHash: string): Promise<IdempotencyClaim>;
  complete(tokenId: string, key: string, status: number, reply: string): Promise<void>;
  /** Forgets a key whose request did nothing, so that it may be tried again. */
  release(tokenId: string, key: string): Promise<void>;
}

/** A history's `limit` is 1 to 1000, 100 by default. */
export type AgentStatusRepository = AgentStatusStore;

export interface AgentWrite {
  readonly organizationId: number;
  readonly agentId: string;
  readonly agentRow: number;
}

/**
 * Who wrote what: `agent` is one agent, her password or her login; `accounts` are organizations, departments, other users, lines and trunks;
 * `credentials` are the one-time passwords of the agent with this row.
 */
export type StoreWrite = { readonly kind: "accounts" } | ({ readonly kind: "agent" } & AgentWrite) | { readonly kind: "token"; readonly jti: string } | { readonly kind: "credentials"; readonly agentRow: number };

export interface Store {
  readonly organizations: OrganizationRepository;
  readonly departments: DepartmentRepository;
  readonly agents: AgentRepository;
  readonly phoneLines: PhoneLineRepository;
  readonly trunks: TrunkRepository;
  readonly users: UserRepository;
  readonly tokens: TokenRepository;
  readonly audit: AuditRepository;
  readonly idempotency: IdempotencyRepository;
  readonly agentStatus: AgentStatusRepository;
  readonly callbacks: CallbackStore;
  readonly callRecords: CallRecordStore;
  readonly cdrQuarantine: CdrQuarantine;
  readonly switchLives: SwitchLives;
  /** Changes when another process has committed. */
  dataVersion(): Promise<number>;
  /** Called after own writes, and waited for before the write resolves. Returns the unsubscribe function. */
  onWrite(handler: (write: StoreWrite) => Promise<void>): () => void;
  /** How many migrations the database has, and whether its pages are sound (`ok`, or SQLite's own words). */
  check(): Promise<{ readonly migrations: number; readonly integrity: string }>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** The Directory port with what the auth room needs besides; all in memory. */
export interface StoreDirectory extends Directory {
  organizations(): readonly OrganizationRecord[];
  organization(id: number): OrganizationRecord | undefined;
  /** The numbers of its phone lines, E.164. */
  ownNumbers(organizationId: number): readonly string[];
  department(organizationId: number, name: string): DepartmentRecord | undefined;
  /** By agent id; those whose user is disabled are left out, as in `agents`. */
  agentRecords(organizationId: number): readonly AgentRecord[];
  agentRecord(organizationId: number, agentId: string): AgentRecord | undefined;
  user(username: string): UserRecord | undefined;
  /** The user who logs in as this agent. */
  userOfAgent(organizationId: number, agentId: string): UserRecord | undefined;
  userById(id: number): UserRecord | undefined;
  /** Known tokens that had not expired when last read, revoked ones included. */
  token(jti: string): TokenRecord | undefined;
  /** Reads again at once if another process has written. */
  refresh(): Promise<void>;
  /** Idempotent. */
  close(): void;
}
