import { join } from "node:path";
import { decodeJwt, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { issueServiceToken } from "../../src/auth/index.js";
import { openStore } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import { authWorld, SECRET } from "./support.js";
import type { AuthWorld } from "./support.js";

const UNAUTHORIZED = { code: "Unauthorized" };
const ADDRESS = "192.0.2.1";

let world: AuthWorld;
beforeEach(async () => {
  world = await authWorld();
});
afterEach(() => world.close());

const login = (username: string, password = username, address = ADDRESS) => world.auth.login(username, password, address);

describe("login", () => {
  it("gives a token with the claims of the contract, good for 12 hours", async () => {
    const reply = await login("carol");
    expect(reply).toMatchObject({ username: "carol", domain: "acme.example", role: "supervisor" });
    expect(decodeJwt(reply.token)).toMatchObject({ sub: "carol", org: "acme", role: "supervisor", agent: "1003", perm: ["listen", "whisper", "barge"], jti: reply.key, exp: reply.expires / 1000 });
    expect(Math.abs(reply.expires - (world.clock.now() + 12 * 3_600_000))).toBeLessThan(1000);
  });

  it("takes a name in any case, and gives root an empty domain", async () => {
    expect((await login("ALICE", "alice")).username).toBe("alice");
    expect(await login("root")).toMatchObject({ domain: "", role: "root" });
  });

  it("refuses a wrong password, an unknown name and a disabled user alike, and notes each", async () => {
    const alice = world.directory.user("alice");
    await world.store.users.update(alice?.id ?? 0, { disabled: true });
    const messages = await Promise.all([login("carol", "x"), login("nobody"), login("alice")].map((attempt) => attempt.catch((error: unknown) => (error instanceof Error ? error.message : ""))));
    expect(new Set(messages)).toEqual(new Set(["The user name or the password is wrong."]));
    expect((await world.audit.list({ action: "login.failed" })).map(({ target, organizationId }) => [target, organizationId]).sort()).toEqual([["alice", world.acme.id], ["carol", world.acme.id], ["nobody", null]]);
  });

  it("notes who came in, from where, and never a password", async () => {
    await login("boss");
    const entries = await world.audit.list();
    expect(entries).toMatchObject([{ action: "login", actor: "boss", organizationId: world.acme.id, detail: { address: ADDRESS } }]);
  });

  it("is refused after five failures of one user from anywhere, or from one address for anybody", async () => {
    for (let index = 0; index < 5; index += 1) await expect(login("carol", "x", `192.0.2.${index + 10}`)).rejects.toMatchObject(UNAUTHORIZED);
    await expect(login("Carol", "carol", "192.0.2.99")).rejects.toMatchObject({ code: "RateLimited" });
    for (const name of ["a", "b", "c", "d", "e"]) await expect(login(name)).rejects.toMatchObject(UNAUTHORIZED);
    await expect(login("alice")).rejects.toMatchObject({ code: "RateLimited", details: { retryAfterS: 60 } });
    world.clock.advance(60_000);
    await login("alice");
    await login("carol");
  });

  it("lets a user in who was disabled and enabled again", async () => {
    const id = world.directory.user("alice")?.id ?? 0;
    await world.store.users.update(id, { disabled: true });
    await world.store.users.update(id, { disabled: false });
    await login("alice");
  });
});

describe("a token", () => {
  it("makes its holder known", async () => {
    const { token, key } = await login("alice");
    const actor = await world.auth.authenticate({ token });
    expect(actor).toEqual({ name: "alice", role: "agent", organizationId: world.acme.id, agentId: "1001", permissions: new Set(), tokenId: key });
    expect(await world.auth.authenticate({ token, key })).toEqual(actor);
  });

  it("is refused with another key, a changed body, another secret, none, or junk", async () => {
    const { token } = await login("alice");
    const [header = "", , signature = ""] = token.split(".");
    const forgedBody = Buffer.from(JSON.stringify({ ...decodeJwt(token), role: "admin" })).toString("base64url");
    const claims = decodeJwt(token);
    const otherSecret = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode("another secret that is long enough, too"));
    const otherAlgorithm = await new SignJWT(claims).setProtectedHeader({ alg: "HS512" }).sign(SECRET);
    const unsigned = new UnsecuredJWT(claims).encode();
    await expect(world.auth.authenticate({ token, key: "another" })).rejects.toMatchObject(UNAUTHORIZED);
    for (const bad of [`${header}.${forgedBody}.${signature}`, otherSecret, otherAlgorithm, unsigned, "", "a.b.c", "x".repeat(100_000)]) {
      await expect(world.auth.authenticate({ token: bad })).rejects.toMatchObject(UNAUTHORIZED);
    }
  });

  it("that is signed rightly but has no row, is refused", async () => {
    const made = await new SignJWT({ sub: "boss", org: "acme", role: "admin" }).setProtectedHeader({ alg: "HS256" }).setJti("made-up").setExpirationTime("1h").sign(SECRET);
    await expect(world.auth.authenticate({ token: made })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("ends with logout, and with its time", async () => {
    const first = await login("alice");
    const second = await login("alice");
    await world.auth.logout(await world.auth.authenticate(first));
    await expect(world.auth.authenticate(first)).rejects.toMatchObject(UNAUTHORIZED);
    await world.auth.authenticate(second);
    world.clock.advance(12 * 3_600_000);
    await expect(world.auth.authenticate(second)).rejects.toMatchObject(UNAUTHORIZED);
    expect((await world.audit.list({ action: "logout" })).map(({ actor }) => actor)).toEqual(["alice"]);
  });

  it.each([
    ["disabled", (id: number) => world.store.users.update(id, { disabled: true })],
    ["deleted", (id: number) => world.store.users.remove(id)],
    ["given a new password", (id: number) => world.store.users.update(id, { passwordHash: "x" })],
  ])("is refused at once when its user is %s", async (_, change) => {
    const { token } = await login("carol");
    await world.auth.authenticate({ token });
    await change(world.directory.user("carol")?.id ?? 0);
    await expect(world.auth.authenticate({ token })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("carries what the user is now, not what she was at login", async () => {
    const { token } = await login("carol");
    const id = world.directory.user("carol")?.id ?? 0;
    await world.store.users.update(id, { permissions: ["listen"] });
    expect((await world.auth.authenticate({ token })).permissions).toEqual(new Set(["listen"]));
    await world.store.users.update(id, { role: "agent" });
    expect(await world.auth.authenticate({ token })).toMatchObject({ role: "agent", permissions: new Set() });
  });

  it("of an integration has the role and the modes that it was given, and no agent", async () => {
    const { token, key } = await issueServiceToken(world.store, SECRET, { name: "crm", organization: world.acme, role: "service", permissions: ["listen"], lifetimeMs: 60_000 });
    expect(await world.auth.authenticate({ token })).toEqual({ name: "crm", role: "service", organizationId: world.acme.id, agentId: null, permissions: new Set(["listen"]), tokenId: key });
    await world.store.tokens.revoke(key);
    await expect(world.auth.authenticate({ token })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it.each([
    ["agent", "alice", []],
    ["supervisor", "carol", ["listen", "whisper", "barge"]],
    ["admin", "boss", ["listen", "whisper", "barge"]],
    ["root", "root", ["listen", "whisper", "barge"]],
  ])("of the role %s has the supervision modes of its role", async (_, name, modes) => {
    const { token } = await login(name);
    expect([...(await world.auth.authenticate({ token })).permissions]).toEqual(modes);
  });

  it("that has expired is deleted by and by", async () => {
    const { key } = await login("alice");
    const purge = vi.spyOn(world.store.tokens, "purge");
    world.clock.advance(13 * 3_600_000);
    expect(purge).toHaveBeenCalled();
    await vi.waitFor(async () => expect(await world.store.tokens.find(key)).toBeNull(), { timeout: 15_000 });
  });
});

describe("what the command line does in another process", () => {
  it("counts at once when it makes something, and within a poll when it takes something away", async () => {
    const folder = temporaryDirectory();
    const url = `file:${join(folder.path, "a.db")}`;
    const own = await authWorld(url);
    const other = await openStore(url);
    const made = await issueServiceToken(other, SECRET, { name: "crm", organization: own.acme, role: "service", permissions: null, lifetimeMs: 60_000 });
    expect(await own.auth.authenticate(made)).toMatchObject({ name: "crm" });
    const boss = await own.auth.login("boss", "boss", ADDRESS);
    await other.tokens.revoke(made.key);
    await other.users.update(own.directory.user("boss")?.id ?? 0, { disabled: true });
    own.clock.advance(1000);
    await vi.waitFor(() => expect(own.auth.authenticate(made)).rejects.toMatchObject(UNAUTHORIZED), { timeout: 15_000 });
    await expect(own.auth.authenticate(boss)).rejects.toMatchObject(UNAUTHORIZED);
    await other.close();
    await own.close();
    folder.remove();
  });
});
