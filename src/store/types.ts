/** The door of the store: repositories are asynchronous, so that SQLite is one engine of two. */
import type { AgentStatusRecord, AgentStatusStore } from "../agents/ports.js";
import type { AuditEntry, Directory, Organization, Role, SupervisionMode } from "../calls/ports.js";
import type { Extension } from "../freeswitch/words.js";

export interface OrganizationRecord extends Organization {
  /** In alphabetical order. */
  readonly departments: readonly string[];
  readonly createdAt: Date;
}

export interface OrganizationChange {
  /** Holds `{number}` once. */
  readonly dialString?: string;
  readonly callerId?: string | null;
  readonly allowedPrefixes?: readonly string[];
  readonly supervisionVisible?: boolean;
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
  readonly since?: Date;
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

export interface AgentStatusRepository extends AgentStatusStore {
  /** Newest first; `limit` 1 to 1000, default 100. */
  history(organizationId: number, agentId: string, options?: { readonly since?: Date; readonly limit?: number }): Promise<readonly AgentStatusRecord[]>;
}

/** Who wrote what: `accounts` are organizations, departments and users. */
export type StoreWrite = { readonly kind: "accounts" } | { readonly kind: "token"; readonly jti: string };

export interface Store {
  readonly organizations: OrganizationRepository;
  readonly users: UserRepository;
  readonly tokens: TokenRepository;
  readonly audit: AuditRepository;
  readonly idempotency: IdempotencyRepository;
  readonly agentStatus: AgentStatusRepository;
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
  user(username: string): UserRecord | undefined;
  userById(id: number): UserRecord | undefined;
  /** Known tokens that had not expired when last read, revoked ones included. */
  token(jti: string): TokenRecord | undefined;
  /** Reads again at once if another process has written. */
  refresh(): Promise<void>;
  /** Idempotent. */
  close(): void;
}
