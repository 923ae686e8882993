import { decodeProtectedHeader } from "jose";
import { CallplaneError } from "../errors.js";
import type { AuditEntry, AuditLog } from "../audit/index.js";
import type { Logger } from "../logger.js";
import { systemClock, type Clock } from "../clock.js";
import type { AccountDirectory, Actor, TokenRecord, TokenRepository, UserRecord } from "../people/index.js";
import { nameInAudit, userActor } from "./actors.js";
import { HashQueue } from "./hash-queue.js";
import type { OutsideIssuer, OutsideToken } from "./outside-issuer.js";
import { PasswordCheck } from "./password-check.js";
import type { ScryptCost } from "./passwords.js";
import { supervisionPermissions } from "./permissions.js";
import { issueToken, verifyOwnToken } from "./tokens.js";
import type { AuthService, LoginReply, PresentedToken } from "./types.js";

const LIFETIME_MS = 12 * 3_600_000;
const PURGE_EVERY_MS = 3_600_000;
/** A key that an outside issuer withdraws is accepted for this long at most. */
const OUTSIDE_CACHE_MS = 5 * 60_000;
const MAX_CACHED = 20_000;
const MAX_TOKENS_PER_USER = 20;
const MAX_LOGINS_PER_MINUTE = 60;
const MAX_TOKEN_CHARS = 8192;

type Verified =
  | { readonly kind: "own"; readonly jti: string; readonly expires: number }
  | { readonly kind: "outside"; readonly outside: OutsideToken; readonly expires: number };

export interface AuthOptions {
  readonly store: { readonly tokens: TokenRepository };
  readonly directory: AccountDirectory;
  readonly audit: AuditLog;
  readonly logger: Logger;
  /** At least 32 bytes. */
  readonly secret: Uint8Array;
  readonly outsideIssuer?: OutsideIssuer | null;
  /** How long a login lasts, milliseconds; default 12 h. */
  readonly lifetimeMs?: number;
  /** The cost of users' hashes, and of the hash that an unknown name is checked against. */
  readonly passwordCost?: ScryptCost;
  /** Where passwords are hashed; by default a queue of its own, which it closes. */
  readonly hashing?: HashQueue;
  /** Valid logins of one user at a time: a further one ends the oldest. Default 20. */
  readonly maxTokensPerUser?: number;
  /** Successful logins of one user within a minute; default 60. */
  readonly maxLoginsPerMinute?: number;
  readonly clock?: Clock;
}

export interface ClosableAuthService extends AuthService {
  /** Shares the limits of logins. */
  readonly passwords: PasswordCheck;
  /** Idempotent. */
  close(): void;
}

const unauthorized = (message?: string): CallplaneError => new CallplaneError("Unauthorized", message);

class StoreAuthService implements ClosableAuthService {
  readonly #options: AuthOptions;
  readonly #clock: Clock;
  readonly passwords: PasswordCheck;
  readonly #ownHashing: HashQueue | null;
  /** Tokens whose signature has been checked; the directory says each time whether they are still valid. Bounded by `MAX_CACHED`, each of `MAX_TOKEN_CHARS`. */
  readonly #verified = new Map<string, Verified>();
  readonly #stopPurge: () => void;

  constructor(options: AuthOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#ownHashing = options.hashing === undefined ? new HashQueue() : null;
    this.passwords = new PasswordCheck({
      directory: options.directory,
      hashing: options.hashing ?? this.#ownHashing ?? new HashQueue(),
      maxLoginsPerMinute: options.maxLoginsPerMinute ?? MAX_LOGINS_PER_MINUTE,
      cost: options.passwordCost,
      now: () => this.#clock.now(),
      onFailure: ({ organizationId, username, address }) => this.#note({ organizationId, actor: username, action: "login.failed", target: username, detail: { address } }),
    });
    this.#stopPurge = this.#clock.every(PURGE_EVERY_MS, () => void this.#purge());
  }

  async login(username: string, password: string, address: string): Promise<LoginReply> {
    return this.#enter(await this.passwords.byName(username, password, address), address);
  }

  async logout(actor: Actor): Promise<void> {
    const { store } = this.#options;
    if (!(await store.tokens.revoke(actor.tokenId))) await this.#revokeOutside(actor);
    this.#note({ organizationId: actor.organizationId, actor: actor.name, action: "logout", target: actor.name, detail: {} });
  }

  async authenticate({ token, key }: PresentedToken): Promise<Actor> {
    const verified = await this.#verify(token);
    if (verified.kind === "outside") return this.#outsideActor(verified.outside, key);
    if (key !== undefined && key !== verified.jti) throw unauthorized();
    return this.#ownActor(await this.#record(verified.jti));
  }

  close(): void {
    this.#stopPurge();
    this.#ownHashing?.close();
    this.#verified.clear();
  }

  async recheck(actor: Actor, presented: PresentedToken): Promise<Actor> {
    const { directory } = this.#options;
    const { sessionId, userId = -1 } = actor;
    if (sessionId === undefined) return this.authenticate(presented);
    const user = directory.userById(userId);
    if (!directory.hasBrowserSession(sessionId) || user === undefined || user.disabled) throw unauthorized();
    return userActor(user, actor.tokenId, sessionId);
  }

  async #enter(user: UserRecord, address: string): Promise<LoginReply> {
    const { store, directory, secret, lifetimeMs = LIFETIME_MS, maxTokensPerUser = MAX_TOKENS_PER_USER } = this.#options;
    const organization = user.organizationId === null ? null : (directory.organization(user.organizationId) ?? null);
    const { role, agentId, permissions, username } = user;
    const issued = await issueToken(store, secret, { userId: user.id, name: username, organization, role, agentId, permissions }, { lifetimeMs, now: this.#clock.now(), most: maxTokensPerUser });
    this.#note({ organizationId: user.organizationId, actor: nameInAudit(user), action: "login", target: username, detail: { address } });
    return { ...issued, username, domain: organization?.domain ?? "", role };
  }

  async #verify(token: string): Promise<Verified> {
    const now = this.#clock.now();
    const known = this.#verified.get(token);
    if (known !== undefined && known.expires > now) return known;
    this.#verified.delete(token);
    if (token.length > MAX_TOKEN_CHARS) throw unauthorized();
    let verified: Verified;
    try {
      verified = await this.#check(token, new Date(now));
    } catch (error) {
      // The reason may hold parts of the token.
      this.#options.logger.debug({ reason: error instanceof Error ? error.name : "unknown" }, "a token was refused");
      throw unauthorized();
    }
    this.#keep(token, verified);
    return verified;
  }

  async #check(token: string, now: Date): Promise<Verified> {
    const { outsideIssuer = null, secret } = this.#options;
    if (outsideIssuer === null || decodeProtectedHeader(token).alg === "HS256") return { kind: "own", ...(await verifyOwnToken(secret, token, now)) };
    const outside = await outsideIssuer.verify(token, now);
    return { kind: "outside", outside, expires: Math.min(outside.expires, now.getTime() + OUTSIDE_CACHE_MS) };
  }

  #keep(token: string, verified: Verified): void {
    if (this.#verified.size >= MAX_CACHED) {
      const [oldest] = this.#verified.keys();
      if (oldest !== undefined) this.#verified.delete(oldest);
    }
    this.#verified.set(token, verified);
  }

  async #record(jti: string): Promise<TokenRecord> {
    const { directory } = this.#options;
    let record = directory.token(jti);
    if (record === undefined) {
      // The command line may just have made it.
      await directory.refresh();
      record = directory.token(jti);
    }
    if (record === undefined || record.revokedAt !== null || record.expiresAt.getTime() <= this.#clock.now()) throw unauthorized();
    return record;
  }

  #ownActor(record: TokenRecord): Actor {
    const { jti: tokenId, userId, sessionId } = record;
    if (userId === null) {
      const { name, role, organizationId, permissions } = record;
      return { name, role, organizationId, agentId: null, permissions: supervisionPermissions(role, permissions), tokenId };
    }
    const user = this.#options.directory.userById(userId);
    if (user === undefined || user.disabled) throw unauthorized();
    return userActor(user, tokenId, sessionId);
  }

  #outsideActor({ actor, jti }: OutsideToken, key: string | undefined): Actor {
    const { directory } = this.#options;
    const { organizationId, agentId, name, tokenId } = actor;
    if (key !== undefined && key !== jti) throw unauthorized();
    if (directory.token(tokenId) !== undefined) throw unauthorized();
    if (organizationId === null || directory.organization(organizationId) === undefined) throw unauthorized();
    // A disabled user is refused under the name, as `name@domain`, and by the agent id.
    const domain = directory.organization(organizationId)?.domain ?? "";
    const bare = name.toLowerCase().endsWith(`@${domain}`) ? name.slice(0, -domain.length - 1) : name;
    if ([name, bare].some((username) => directory.userWithin(organizationId, username)?.disabled === true)) throw unauthorized();
    if (agentId !== null && directory.isDisabledAgent(organizationId, agentId)) throw unauthorized();
    return actor;
  }

  /** The row of an outside token is its revocation: until then it has none. */
  async #revokeOutside(actor: Actor): Promise<void> {
    const { store } = this.#options;
    const now = this.#clock.now();
    let expires = now + LIFETIME_MS;
    for (const verified of this.#verified.values()) {
      if (verified.kind === "outside" && verified.outside.actor.tokenId === actor.tokenId) expires = verified.outside.expires;
    }
    const { tokenId: jti, name, organizationId, role } = actor;
    await store.tokens.create({ jti, userId: null, name, organizationId, role, permissions: null, createdAt: new Date(now), expiresAt: new Date(expires) });
    await store.tokens.revoke(jti);
  }

  #note(entry: Omit<AuditEntry, "at">): void {
    this.#options.audit.append({ at: new Date(this.#clock.now()), ...entry });
  }

  async #purge(): Promise<void> {
    const now = this.#clock.now();
    for (const [token, { expires }] of this.#verified) if (expires <= now) this.#verified.delete(token);
    try {
      await this.#options.store.tokens.purge(new Date(now));
    } catch (error) {
      this.#options.logger.warn({ err: error }, "expired tokens could not be deleted");
    }
  }
}

export const createAuthService = (options: AuthOptions): ClosableAuthService => new StoreAuthService(options);
