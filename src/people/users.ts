/** Who logs in, and the tokens that are out. */
import type { Role, SupervisionMode } from "./index.js";
import type { Extension } from "../freeswitch/index.js";

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
  /** Of the agent; a new one has none unless they are given. */
  readonly departments?: readonly string[];
  readonly passwordHash: string;
}

export interface UserChange {
  /** One-time passwords of the user's phone end when it changes. */
  readonly role?: UserRole;
  readonly permissions?: readonly string[] | null;
  /** The user's tokens are revoked with it, browser sessions and one-time passwords end. */
  readonly passwordHash?: string;
  /** The user's tokens are revoked when it becomes true, browser sessions and one-time passwords end. */
  readonly disabled?: boolean;
}

/** Of the tokens and browser sessions that a change of a user ends: what goes on. */
export interface OwnLogin {
  readonly tokenId: string;
  readonly sessionId: string | null;
}

/** User names are compared without regard to case. They are unique within an organization, and among root's. */
export interface UserRepository {
  /** Throws InvalidParameter naming the field, NotFound for the organization, Conflict for a name, agent id or extension that is taken. */
  create(input: NewUser): Promise<UserRecord>;
  /** `own`: the login that a change of the password does not end. Throws InvalidParameter naming the field, NotFound. */
  update(id: number, change: UserChange, own?: OwnLogin): Promise<UserRecord>;
  find(id: number): Promise<UserRecord | null>;
  /** The user's tokens are deleted too. Throws NotFound. */
  remove(id: number): Promise<void>;
  /** Who logs in as this agent. */
  findByAgent(organizationId: number, agentId: string): Promise<UserRecord | null>;
  /** Who logs in by this name (logins.ts): `name@domain`, or a name that only one has. Null for nobody, and for several. */
  findByUsername(login: string): Promise<UserRecord | null>;
  /** Everybody whom this login name may mean; of one organization when it is given. */
  named(login: string, organizationId?: number): Promise<readonly UserRecord[]>;
  /** Of one organization, or of all; by user name. */
  list(organizationId?: number): Promise<readonly UserRecord[]>;
}

export interface TokenRecord {
  readonly jti: string;
  /** The user who logged in; null for a service token. */
  readonly userId: number | null;
  /** The browser session whose access token it is; null: of none. */
  readonly sessionId: string | null;
  /** The user's name, or the service token's. */
  readonly name: string;
  readonly organizationId: number | null;
  readonly role: Role;
  readonly permissions: readonly SupervisionMode[] | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export type NewToken = Omit<TokenRecord, "revokedAt" | "sessionId"> & Partial<Pick<TokenRecord, "sessionId">>;

export interface TokenRepository {
  /** `most`: how many tokens of the user that are of no browser session, or of the browser session, are good afterwards, this one included; the oldest give way. */
  create(record: NewToken, most?: number): Promise<void>;
  find(jti: string): Promise<TokenRecord | null>;
  /** Tokens that have not expired, revoked ones included; the oldest first. */
  list(options?: { readonly services?: boolean }): Promise<readonly TokenRecord[]>;
  /** Whether there was such a token; revoking twice is no error. */
  revoke(jti: string): Promise<boolean>;
  /** Forgets what expired before `before`; gives how many. */
  purge(before: Date): Promise<number>;
}
