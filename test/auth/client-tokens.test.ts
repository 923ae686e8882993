import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import twilio from "twilio";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClientTokens } from "../../src/auth/index.js";
import type { ClosableClientTokenService } from "../../src/auth/index.js";
import { clientTokenKey } from "../../src/auth/client-tokens.js";
import type { Actor, Role } from "../../src/people/index.js";
import { a1 } from "../provisioning/world.js";
import { authWorld, SECRET } from "./support.js";
import type { AuthWorld } from "./support.js";

let world: AuthWorld;
let tokens: ClosableClientTokenService;
beforeEach(async () => {
  world = await authWorld();
  tokens = createClientTokens({ ...world, secret: SECRET, wssUrl: "wss://sip.{domain}:7443", iceServers: [{ urls: "stun:stun.example.org" }] });
});
afterEach(async () => {
  tokens.close();
  await world.close();
});

const actor = (role: Role, agentId: string | null): Actor => ({ name: role, role, organizationId: role === "root" ? null : world.acme.id, agentId, permissions: new Set(), tokenId: "t" });
const hashes = async (agentId: string) => {
  const agent = await world.store.agents.find(world.acme.id, agentId);
  return world.store.agents.sipHashesOf(agent?.id ?? -1, new Date(world.clock.now()));
};

describe("a client token", () => {
  it("is a JWT in the shape of the seed, with the SIP settings beside it", async () => {
    const { token, identity, expires, sip } = await tokens.issue(actor("agent", "1001"), { ttlS: 120 });
    const now = Math.floor(world.clock.now() / 1000);
    expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "JWT", cty: "twilio-fpa;v=1" });
    const { payload } = await jwtVerify(token, clientTokenKey(SECRET));
    expect(payload).toMatchObject({ iat: now, exp: now + 120, grants: { identity: "1001", voice: { incoming: { allow: true } } } });
    expect([identity, expires]).toEqual(["1001", (now + 120) * 1000]);
    expect(sip).toMatchObject({ domain: "acme.example", wssUrl: "wss://sip.acme.example:7443", user: "1001", iceServers: [{ urls: "stun:stun.example.org" }] });
    expect(Buffer.from(sip.password, "base64url").length).toBeGreaterThanOrEqual(16);
  });

  it("agrees with the AccessToken of Twilio's own library: the same header and claims, for the organization's account", async () => {
    const { sid } = await world.store.voiceAccounts.create(world.acme.id);
    const { token } = await tokens.issue(actor("agent", "1001"), { ttlS: 120 });
    const ours = decodeJwt(token);
    const { iss = "", grants } = ours as { readonly iss?: string; readonly grants: { readonly voice: { readonly outgoing: { readonly application_sid: string } } } };
    const made = new twilio.jwt.AccessToken(sid, iss, "secret", { identity: "1001", ttl: 120 });
    made.addGrant(new twilio.jwt.AccessToken.VoiceGrant({ incomingAllow: true, outgoingApplicationSid: grants.voice.outgoing.application_sid }));
    const theirs = made.toJwt();
    expect(decodeProtectedHeader(token)).toEqual(decodeProtectedHeader(theirs));
    const [{ jti: ourId = "", iat: ourTime = 0, exp: ourEnd = 0, ...ourClaims }, { jti: theirId = "", iat: theirTime = 0, exp: theirEnd = 0, ...theirClaims }] = [ours, decodeJwt(theirs)];
    expect(ourClaims).toEqual(theirClaims);
    expect([ourEnd - ourTime, ourId.startsWith(`${iss}-`), ourClaims.sub]).toEqual([theirEnd - theirTime, theirId.startsWith(`${iss}-`), sid]);
    expect([iss, grants.voice.outgoing.application_sid]).toEqual([expect.stringMatching(/^SK[0-9a-f]{32}$/), expect.stringMatching(/^AP[0-9a-f]{32}$/)]);
  });

  it("is no login, whatever it is presented as", async () => {
    const { token } = await tokens.issue(actor("agent", "1001"), {});
    await expect(jwtVerify(token, SECRET)).rejects.toMatchObject({ code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
    await expect(world.auth.authenticate({ token })).rejects.toMatchObject({ code: "Unauthorized" });
  });

  it("leaves of its password the hash alone, until it expires and is purged within the hour", async () => {
    const { sip, expires } = await tokens.issue(actor("agent", "1001"), { ttlS: 60 });
    expect((await hashes("1001"))?.oneTime).toMatchObject([{ a1: a1("1001", "acme.example", sip.password), expiresAt: new Date(expires) }]);
    expect(JSON.stringify(await world.audit.list({ action: "token.client" }))).not.toContain(sip.password);
    expect(await world.audit.list({ action: "token.client" })).toMatchObject([{ actor: "agent", target: "1001", organizationId: world.acme.id, detail: { ttlS: 60 } }]);
    world.clock.advance(3_600_000);
    expect((await hashes("1001"))?.oneTime).toEqual([]);
    expect(await world.store.agents.purgeSipCredentials(new Date(world.clock.now()))).toBe(0);
  });

  it("gives way as the oldest of more than 20", async () => {
    const given: string[] = [];
    for (let index = 0; index < 21; index += 1) given.push((await tokens.issue(actor("agent", "1001"), {})).sip.password);
    const kept = (await hashes("1001"))?.oneTime.map((each) => each.a1) ?? [];
    expect(new Set(kept)).toEqual(new Set(given.slice(1).map((password) => a1("1001", "acme.example", password))));
  });

  it("is an agent's and a supervisor's for herself alone, and an admin's for an agent of the organization", async () => {
    for (const [role, own, colleague] of [["agent", "1001", "1003"], ["supervisor", "1003", "1001"]] as const) {
      expect((await tokens.issue(actor(role, own), { agent: own })).identity).toBe(own);
      await expect(tokens.issue(actor(role, own), { agent: colleague })).rejects.toMatchObject({ code: "Forbidden" });
      await expect(tokens.issue(actor(role, own), { agent: "9999" })).rejects.toMatchObject({ code: "NotFound" });
    }
    for (const role of ["admin", "service"] as const) expect((await tokens.issue(actor(role, null), { agent: "1001" })).identity).toBe("1001");
    for (const role of ["admin", "service", "root"] as const) await expect(tokens.issue(actor(role, null), {})).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "agent" } });
  });

  it("is never for another organization's agent; root names the domain where an id is ambiguous", async () => {
    const beta = await world.store.organizations.create({ name: "beta", domain: "beta.example" });
    for (const agentId of ["1001", "2001"]) await world.store.agents.create({ organizationId: beta.id, agentId });
    await expect(tokens.issue(actor("admin", null), { agent: "2001" })).rejects.toMatchObject({ code: "NotFound" });
    await expect(tokens.issue(actor("root", null), { agent: "1001" })).rejects.toMatchObject({ code: "InvalidParameter" });
    expect((await tokens.issue(actor("root", null), { agent: "1001@beta.example" })).sip).toMatchObject({ domain: "beta.example", user: "1001" });
  });
});
