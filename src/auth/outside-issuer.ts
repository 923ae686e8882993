/** Tokens of an outside issuer, with the same claims as ours (CONTRACT: Credentials). */
import { createHash, createPublicKey } from "node:crypto";
import { createRemoteJWKSet, jwtVerify, type JWTPayload, type JWTVerifyOptions } from "jose";
import { z } from "zod";
import { extension } from "../freeswitch/index.js";
import { isSupervisionMode, type Actor, type Directory } from "../people/index.js";
import { supervisionPermissions } from "./permissions.js";

export interface OutsideIssuerOptions {
  readonly keys: { readonly kind: "jwks"; readonly url: string } | { readonly kind: "publicKey"; readonly pem: string };
  readonly issuer: string;
  readonly audience: string;
  /** Names of the organizations that it may speak for; any case. */
  readonly organizations: readonly string[];
}

export interface OutsideToken {
  readonly actor: Actor;
  /** The claim itself; null when it has none. */
  readonly jti: string | null;
  /** Epoch milliseconds. */
  readonly expires: number;
}

export interface OutsideIssuer {
  /** Rejects when the token is not this issuer's, is out of date, or says something that cannot be. */
  verify(token: string, now: Date): Promise<OutsideToken>;
}

// No HS*: with it a public key could be used as a shared secret.
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
const CLOCK_SKEW_S = 30;

const claims = z.object({
  sub: z.string().regex(/^[^\p{Cc}]{1,128}$/u),
  // By name: a row's number would mean another organization in another database.
  org: z.string(),
  // root is made by the command line alone.
  role: z.enum(["agent", "supervisor", "admin", "service"]),
  agent: z.string().nullish(),
  perm: z.array(z.string()).nullish(),
  jti: z.string().min(1).max(256).optional(),
  exp: z.number(),
});

type Verify = (token: string, options: JWTVerifyOptions) => Promise<{ readonly payload: JWTPayload }>;

function verifier(keys: OutsideIssuerOptions["keys"]): Verify {
  if (keys.kind === "publicKey") {
    const key = createPublicKey(keys.pem);
    return (token, options) => jwtVerify(token, key, options);
  }
  const jwks = createRemoteJWKSet(new URL(keys.url));
  return (token, options) => jwtVerify(token, jwks, options);
}

export function createOutsideIssuer(options: OutsideIssuerOptions, directory: Directory): OutsideIssuer {
  const verify = verifier(options.keys);
  const allowed = new Set(options.organizations.map((name) => name.toLowerCase()));
  return {
    async verify(token, now) {
      const { payload } = await verify(token, {
        algorithms: ALGORITHMS,
        issuer: options.issuer,
        clockTolerance: CLOCK_SKEW_S,
        currentDate: now,
        audience: options.audience,
      });
      const { sub, org, role, agent, perm, jti, exp } = claims.parse(payload);
      const organization = allowed.has(org.toLowerCase()) ? directory.organizationByName(org) : undefined;
      if (organization === undefined) throw new Error("names an organization that does not exist, or that the issuer may not name");
      const agentId = agent === undefined || agent === null || role === "service" ? null : extension(agent, "agent");
      if (role === "agent" && agentId === null) throw new Error("is an agent's without an agent id");
      const modes = perm === undefined || perm === null ? null : perm.filter(isSupervisionMode);
      // Its ids differ from ours, so that neither can revoke or replay the other's.
      const id = createHash("sha256").update(JSON.stringify([options.issuer, jti ?? token])).digest("base64url");
      return {
        actor: { name: sub, role, organizationId: organization.id, agentId, permissions: supervisionPermissions(role, modes), tokenId: `outside:${id}`, holder: `outside ${organization.id} ${sub}` },
        jti: jti ?? null,
        expires: (exp + CLOCK_SKEW_S) * 1000,
      };
    },
  };
}
