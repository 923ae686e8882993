/** Our own tokens: JWTs signed with HS256, each with a row in the store that can revoke it. */
import { randomUUID } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { invalid } from "../errors.js";
import { tokenName, type Organization, type Role, type SupervisionMode, type TokenRepository } from "../people/index.js";
import { supervisionPermissions } from "./permissions.js";

interface TokenSubject {
  /** The user who logs in; null for a service token. */
  readonly userId: number | null;
  /** The browser session that it is for. */
  readonly sessionId?: string;
  readonly name: string;
  readonly organization: Organization | null;
  readonly role: Role;
  readonly agentId: string | null;
  readonly permissions: readonly SupervisionMode[] | null;
}

export interface IssuedToken {
  readonly key: string;
  readonly token: string;
  /** Epoch milliseconds, a whole second. */
  readonly expires: number;
}

const claims = z.object({ jti: z.string(), exp: z.number() });

interface TokenTerms {
  readonly lifetimeMs: number;
  /** Epoch milliseconds; default now. */
  readonly now?: number;
  /** How many tokens of the user, or of the browser session, are valid at a time, this one included. */
  readonly most?: number;
}

/** Signs a token and keeps its row. */
export async function issueToken(store: { readonly tokens: Pick<TokenRepository, "create"> }, secret: Uint8Array, subject: TokenSubject, { lifetimeMs, now = Date.now(), most }: TokenTerms): Promise<IssuedToken> {
  const key = randomUUID();
  const expiresS = Math.floor((now + lifetimeMs) / 1000);
  const token = await new SignJWT({
    org: subject.organization?.name ?? null,
    role: subject.role,
    agent: subject.agentId,
    perm: [...supervisionPermissions(subject.role, subject.permissions)],
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(subject.name)
    .setJti(key)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(expiresS)
    .sign(secret);
  const expires = expiresS * 1000;
  const record = {
    jti: key,
    userId: subject.userId,
    sessionId: subject.sessionId ?? null,
    name: subject.name,
    organizationId: subject.organization?.id ?? null,
    role: subject.role,
    permissions: subject.permissions,
    createdAt: new Date(now),
    expiresAt: new Date(expires),
  };
  await store.tokens.create(record, most);
  return { key, token, expires };
}

/** Checks the signature and the expiry. Rejects when either is wrong. */
export async function verifyOwnToken(secret: Uint8Array, token: string, now: Date): Promise<{ readonly jti: string; readonly expires: number }> {
  const { payload } = await jwtVerify(token, secret, { algorithms: ["HS256"], currentDate: now });
  const { jti, exp } = claims.parse(payload);
  return { jti, expires: exp * 1000 };
}

export interface ServiceTokenRequest {
  readonly name: string;
  readonly organization: Organization | null;
  readonly role: Exclude<Role, "agent">;
  readonly permissions: readonly SupervisionMode[] | null;
  readonly lifetimeMs: number;
}

/** A long-lived token of an integration, without user or agent. Throws InvalidParameter. */
export async function issueServiceToken(store: { readonly tokens: Pick<TokenRepository, "create"> }, secret: Uint8Array, request: ServiceTokenRequest): Promise<IssuedToken> {
  if (request.permissions !== null && request.role !== "service" && request.role !== "supervisor") {
    throw invalid("permissions", `are not set for the role ${request.role}, which has all of them`);
  }
  const subject = { ...request, name: tokenName(request.name), userId: null, agentId: null };
  return issueToken(store, secret, subject, request);
}
