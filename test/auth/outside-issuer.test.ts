import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWTPayload } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createOutsideIssuer } from "../../src/auth/index.js";
import type { OutsideIssuerOptions } from "../../src/auth/index.js";
import { authWorld } from "./support.js";
import type { AuthWorld } from "./support.js";

const ISSUER = "https://login.example";
const AUDIENCE = "callplane";
const UNAUTHORIZED = { code: "Unauthorized" };

let keys: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
let pem: string;
let world: AuthWorld;
const worldWith = (options: OutsideIssuerOptions) => authWorld(":memory:", (directory) => ({ outsideIssuer: createOutsideIssuer(options, directory) }));

beforeAll(async () => {
  keys = await generateKeyPair("ES256", { extractable: true });
  pem = await exportSPKI(keys.publicKey);
});
beforeEach(async () => {
  world = await worldWith({ keys: { kind: "publicKey", pem }, issuer: ISSUER, audience: AUDIENCE, organizations: ["ACME", "beta"] });
});
afterEach(() => world.close());

const token = (claims: JWTPayload, { issuer = ISSUER, audience = AUDIENCE, key = keys.privateKey, expires = "1h" } = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg: "ES256" }).setIssuer(issuer).setAudience(audience).setIssuedAt().setExpirationTime(expires).sign(key);
const carol = { sub: "carol@login", org: "acme", role: "supervisor", agent: "1003", jti: "outside-1" };

describe("an outside issuer's token", () => {
  it("is mapped like our own", async () => {
    expect(await world.auth.authenticate({ token: await token({ ...carol, perm: ["listen", "something else"] }) })).toMatchObject({
      name: "carol@login",
      role: "supervisor",
      organizationId: world.acme.id,
      agentId: "1003",
      permissions: new Set(["listen"]),
    });
    expect(await world.auth.authenticate({ token: await token({ sub: "crm", org: "Acme", role: "service", agent: "1003" }) })).toMatchObject({ organizationId: world.acme.id, agentId: null, permissions: new Set() });
  });

  it("may come with its own jti as key, and with no other", async () => {
    const own = await token(carol);
    await world.auth.authenticate({ token: own, key: "outside-1" });
    await expect(world.auth.authenticate({ token: own, key: "outside-2" })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("never makes root, an agent without an id, or somebody of an unknown organization", async () => {
    for (const claims of [{ ...carol, role: "root" }, { ...carol, role: "agent", agent: undefined }, { ...carol, org: "nobody" }, { ...carol, org: undefined }, { ...carol, agent: "a b" }, { ...carol, sub: "" }, { ...carol, role: undefined }]) {
      await expect(world.auth.authenticate({ token: await token(claims) })).rejects.toMatchObject(UNAUTHORIZED);
    }
  });

  it("is refused from another issuer, for another audience, with another key, and out of date", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    for (const bad of [token(carol, { issuer: "https://other.example" }), token(carol, { audience: "another" }), token(carol, { key: privateKey }), token(carol, { expires: "-1m" })]) {
      await expect(world.auth.authenticate({ token: await bad })).rejects.toMatchObject(UNAUTHORIZED);
    }
  });

  it("is refused when the public key was used as a shared secret", async () => {
    const forged = await new SignJWT(carol).setProtectedHeader({ alg: "HS256" }).setIssuer(ISSUER).setAudience(AUDIENCE).setExpirationTime("1h").sign(new TextEncoder().encode(pem));
    await expect(world.auth.authenticate({ token: forged })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("names its organization by name alone: a row's number is another organization's in another database", async () => {
    const numbered = await world.store.organizations.create({ name: String(world.acme.id), domain: "numbered.example" });
    for (const org of [world.acme.id, String(world.acme.id), String(numbered.id), 0, "", " acme", "acme.example"]) await expect(world.auth.authenticate({ token: await token({ sub: "crm", org, role: "admin" }) })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("speaks for the organizations that are listed, and for no other", async () => {
    const beta = await world.store.organizations.create({ name: "Beta", domain: "beta.example" });
    await world.store.organizations.create({ name: "gamma", domain: "gamma.example" });
    expect(await world.auth.authenticate({ token: await token({ sub: "crm", org: "beta", role: "admin" }) })).toMatchObject({ organizationId: beta.id });
    await expect(world.auth.authenticate({ token: await token({ sub: "crm", org: "gamma", role: "admin" }) })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("is refused for the agent of a disabled user, whatever it is called, by id and by extension", async () => {
    const user = await world.store.users.create({ username: "dora", organizationId: world.acme.id, role: "agent", agentId: "dora", extension: "2001", passwordHash: "x" });
    const claims = { sub: "someone else", org: "acme", role: "agent", agent: "dora", jti: "d" };
    const [byId, byExtension] = [await token(claims), await token({ ...claims, agent: "2001", role: "supervisor", jti: "e" })];
    const others = [await token({ ...carol, sub: "dora@other.example" })];
    for (const each of [byId, byExtension, ...others]) await world.auth.authenticate({ token: each });
    await world.store.users.update(user.id, { disabled: true });
    for (const each of [byId, byExtension, await token({ ...carol, sub: "dora@acme.example", jti: "f" }), await token({ ...carol, sub: "DORA", jti: "g" })]) await expect(world.auth.authenticate({ token: each })).rejects.toMatchObject(UNAUTHORIZED);
    for (const each of others) await world.auth.authenticate({ token: each });
    await world.store.users.update(user.id, { disabled: false });
    for (const each of [byId, byExtension]) await world.auth.authenticate({ token: each });
  });

  it("counts as one user for the limits, with all of that user's tokens", async () => {
    const actors = await Promise.all([carol, { ...carol, jti: "outside-2" }, { ...carol, sub: "another", jti: "outside-3" }].map(async (claims) => world.auth.authenticate({ token: await token(claims) })));
    expect(actors[0]?.holder).toBe(actors[1]?.holder);
    expect(actors[0]?.holder).not.toBe(actors[2]?.holder);
  });

  it("can be revoked by logout", async () => {
    const own = await token(carol);
    const other = await token({ ...carol, jti: "outside-2" });
    await world.auth.logout(await world.auth.authenticate({ token: own }));
    await expect(world.auth.authenticate({ token: own })).rejects.toMatchObject(UNAUTHORIZED);
    await world.auth.authenticate({ token: other });
  });

  it("is refused while a user of the same name and organization is disabled here", async () => {
    const own = await token({ ...carol, sub: "carol" });
    await world.auth.authenticate({ token: own });
    await world.store.users.update(world.directory.user("carol")?.id ?? 0, { disabled: true });
    await expect(world.auth.authenticate({ token: own })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("does not stand in the way of our own logins", async () => {
    const { token: own } = await world.auth.login("boss", "boss", "192.0.2.1");
    expect(await world.auth.authenticate({ token: own })).toMatchObject({ name: "boss" });
  });

  it("is checked against the keys at the issuer's JWKS address", async () => {
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "ES256" };
    const server = createServer((_, response) => response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }))).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const own = await worldWith({ keys: { kind: "jwks", url: `http://127.0.0.1:${port}/jwks.json` }, issuer: ISSUER, audience: AUDIENCE, organizations: ["acme"] });
    expect(await own.auth.authenticate({ token: await token(carol) })).toMatchObject({ name: "carol@login" });
    const { privateKey } = await generateKeyPair("ES256");
    await expect(own.auth.authenticate({ token: await token(carol, { key: privateKey }) })).rejects.toMatchObject(UNAUTHORIZED);
    await own.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
