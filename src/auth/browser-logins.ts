/**
 * Logins of browsers (CONTRACT §6): a short access token, and a cookie that is exchanged for a new one with each further token. A cookie that comes back after
 * it was exchanged was copied, and ends the session; only for a moment it is taken for a repeated request, and is answered like the first.
 */
import { createHash, createHmac, hkdfSync, randomUUID, timingSafeEqual } from "node:crypto";
import { CallplaneError, invalid } from "../errors.js";
import type { AuditEntry, AuditLog } from "../audit/index.js";
import { systemClock, type Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { AccountDirectory, Actor, BrowserSession, BrowserSessionRepository, TokenRepository, UserRecord, UserRepository } from "../people/index.js";
import { nameInAudit, userActor } from "./actors.js";
import type { PasswordCheck } from "./password-check.js";
import { assertGoodPassword } from "./password-policy.js";
import { issueToken } from "./tokens.js";
import type { BrowserLogin, BrowserLoginService } from "./types.js";

const ACCESS_MS = 15 * 60_000;
/** A session that was not used for so long has ended. */
const IDLE_MS = 12 * 3_600_000;
/** However much it is used. */
const WHOLE_MS = 30 * 86_400_000;
/** Two tabs, or a reply that was lost. */
const GRACE_MS = 10_000;
const PURGE_EVERY_MS = 3_600_000;
const MAX_SESSIONS_PER_USER = 20;
/** Good access tokens of one session: its tabs, each with the present one and the one before. */
const MAX_TOKENS_PER_SESSION = 20;
const KEY_PURPOSE = "callplane browser session v1";
const COOKIE = /^([0-9a-f-]{36})\.(\d{1,9})\.([\w-]{43})$/;

export interface BrowserLoginOptions {
  readonly store: { readonly tokens: Pick<TokenRepository, "create">; readonly browserSessions: BrowserSessionRepository; readonly users: Pick<UserRepository, "update"> };
  readonly directory: Pick<AccountDirectory, "organization" | "userById" | "refresh">;
  readonly audit: AuditLog;
  readonly logger: Logger;
  /** What signs logins, at least 32 bytes. */
  readonly secret: Uint8Array;
  readonly passwords: PasswordCheck;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly maxSessionsPerUser?: number;
  readonly clock?: Clock;
}

export interface ClosableBrowserLogins extends BrowserLoginService {
  /** Idempotent. */
  close(): void;
}

const expired = (): CallplaneError => new CallplaneError("Unauthorized", "The session has ended; log in again.");
const isSame = (one: string, other: string): boolean => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");

class StoreBrowserLogins implements ClosableBrowserLogins {
  readonly #options: BrowserLoginOptions;
  readonly #clock: Clock;
  readonly #key: Uint8Array;
  readonly #stopPurge: () => void;

  constructor(options: BrowserLoginOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#key = new Uint8Array(hkdfSync("sha256", options.secret, new Uint8Array(), KEY_PURPOSE, 32));
    this.#stopPurge = this.#clock.every(PURGE_EVERY_MS, () => void this.#purge());
  }

  async open(username: string, password: string, address: string): Promise<BrowserLogin> {
    const { store, passwords, maxSessionsPerUser = MAX_SESSIONS_PER_USER } = this.#options;
    const user = await passwords.byName(username, password, address);
    const now = this.#clock.now();
    const id = randomUUID();
    const session: BrowserSession = { id, userId: user.id, generation: 1, hash: hashOf(this.#secretOf(id, 1)), rotatedAt: new Date(now), createdAt: new Date(now), expiresAt: new Date(now + IDLE_MS) };
    await store.browserSessions.create(session, maxSessionsPerUser);
    this.#note(user, "login", { address, session: id });
    return this.#enter(session, user);
  }

  async refresh(cookie: string, address: string): Promise<BrowserLogin> {
    const { store, directory } = this.#options;
    const { session, presented } = await this.#presented(cookie);
    const user = directory.userById(session.userId);
    if (user === undefined || user.disabled) throw expired();
    if (presented === session.generation) {
      const now = this.#clock.now();
      const generation = presented + 1;
      const rotation = { hash: hashOf(this.#secretOf(session.id, generation)), rotatedAt: new Date(now), expiresAt: new Date(Math.min(now + IDLE_MS, session.createdAt.getTime() + WHOLE_MS)) };
      if (await store.browserSessions.rotate(session, rotation)) return this.#enter({ ...session, ...rotation, generation }, user);
      // Another request was faster.
      return this.refresh(cookie, address);
    }
    if (presented === session.generation - 1 && this.#clock.now() - session.rotatedAt.getTime() <= GRACE_MS) return this.#enter(session, user);
    await store.browserSessions.remove(session.id);
    this.#note(user, "session.reused", { address, session: session.id });
    throw expired();
  }

  async end(cookie: string): Promise<void> {
    const { store, directory } = this.#options;
    const found = await this.#presented(cookie).catch((error: unknown) => {
      if (error instanceof CallplaneError && error.code === "Unauthorized") return null;
      throw error;
    });
    if (found === null || !(await store.browserSessions.remove(found.session.id))) return;
    const user = directory.userById(found.session.userId);
    if (user !== undefined) this.#note(user, "logout", { session: found.session.id });
  }

  async changePassword(actor: Actor, current: string, next: string, address: string): Promise<void> {
    const { store, directory, passwords, hashPassword } = this.#options;
    const user = actor.userId === undefined ? undefined : directory.userById(actor.userId);
    if (user === undefined) throw new CallplaneError("Forbidden", "This token is no user's, and has no password.");
    if (!(await passwords.isOf(user.id, current, address))) throw invalid("current", "is not your password.");
    if (current === next) throw invalid("new", "is the password that you have.");
    assertGoodPassword(next, user.username, "new");
    await store.users.update(user.id, { passwordHash: await hashPassword(next) }, { tokenId: actor.tokenId, sessionId: actor.sessionId ?? null });
    this.#note(user, "user.passwd", { address });
  }

  close(): void {
    this.#stopPurge();
  }

  /** The session whose cookie it is, or once was. Throws Unauthorized. */
  async #presented(cookie: string): Promise<{ readonly session: BrowserSession; readonly presented: number }> {
    const [, id = "", count = "", secret = ""] = COOKIE.exec(cookie) ?? [];
    const presented = Number(count);
    // Before the database is asked.
    if (id === "" || !isSame(secret, this.#secretOf(id, presented))) throw expired();
    const session = await this.#options.store.browserSessions.find(id);
    if (session === null || session.expiresAt.getTime() <= this.#clock.now() || presented > session.generation) throw expired();
    if (presented === session.generation && !isSame(hashOf(secret), session.hash)) throw expired();
    return { session, presented };
  }

  async #enter(session: BrowserSession, user: UserRecord): Promise<BrowserLogin> {
    const { store, directory, secret } = this.#options;
    const { id: sessionId, generation, expiresAt } = session;
    const organization = user.organizationId === null ? null : (directory.organization(user.organizationId) ?? null);
    const { id: userId, username: name, role, agentId, permissions } = user;
    const now = this.#clock.now();
    const { key, token, expires } = await issueToken(store, secret, { userId, sessionId, name, organization, role, agentId, permissions }, { lifetimeMs: ACCESS_MS, now, most: MAX_TOKENS_PER_SESSION });
    const cookie = { value: `${sessionId}.${generation}.${this.#secretOf(sessionId, generation)}`, maxAgeS: Math.max(0, Math.floor((expiresAt.getTime() - now) / 1000)) };
    return { token, expires: new Date(expires), cookie, actor: userActor(user, key, sessionId) };
  }

  /** Derived, so that a repeated request can be given the same one; nobody has them who has the database alone. */
  #secretOf(id: string, generation: number): string {
    return createHmac("sha256", this.#key).update(`${id}.${generation}`).digest("base64url");
  }

  #note(user: UserRecord, action: string, detail: AuditEntry["detail"]): void {
    this.#options.audit.append({ at: new Date(this.#clock.now()), organizationId: user.organizationId, actor: nameInAudit(user), action, target: user.username, detail });
  }

  async #purge(): Promise<void> {
    try {
      await this.#options.store.browserSessions.purge(new Date(this.#clock.now()));
    } catch (error) {
      this.#options.logger.warn({ err: error }, "sessions that have ended could not be deleted");
    }
  }
}

export const createBrowserLogins = (options: BrowserLoginOptions): ClosableBrowserLogins => new StoreBrowserLogins(options);
