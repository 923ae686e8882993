import { join } from "node:path";
import { decodeJwt, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hashPassword, issueServiceToken } from "../../src/auth/index.js";
import { openStore } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import { authWorld, QUICK, SECRET } from "./support.js";
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

  it("is refused after five failures of one user from one address, however the name is written, and nowhere else", async () => {
    for (const name of ["carol", "CAROL", "carol@acme.example", "carol@ACME.example", "Carol"]) await expect(login(name, "x")).rejects.toMatchObject(UNAUTHORIZED);
    for (const name of ["carol", "carol@acme.example"]) await expect(login(name, "carol")).rejects.toMatchObject({ code: "RateLimited", details: { retryAfterS: 60 } });
    await login("carol", "carol", "192.0.2.99");
    await login("alice");
    world.clock.advance(60_000);
    await login("carol");
  });

  it("takes an IPv6 /64 for one address, and IPv4 in IPv6 clothes for itself", async () => {
    for (const suffix of ["1", "2:3", "ffff:ffff:ffff:ffff", "a", "b"]) await expect(login("carol", "x", `2001:db8:0:1:${suffix.includes("ffff") ? suffix : `:${suffix}`}`)).rejects.toMatchObject(UNAUTHORIZED);
    await expect(login("carol", "carol", "2001:0DB8::0001:0:0:0:9")).rejects.toMatchObject({ code: "RateLimited" });
    await login("carol", "carol", "2001:db8:0:2::1");
    for (let index = 0; index < 5; index += 1) await expect(login("alice", "x", "192.0.2.7")).rejects.toMatchObject(UNAUTHORIZED);
    await expect(login("alice", "alice", "::ffff:192.0.2.7")).rejects.toMatchObject({ code: "RateLimited" });
  });

  it("is refused for everybody after a hundred failures from one address", async () => {
    for (let index = 0; index < 100; index += 1) await expect(login(`nobody ${index}`, "x")).rejects.toMatchObject(UNAUTHORIZED);
    await expect(login("alice")).rejects.toMatchObject({ code: "RateLimited" });
    await login("alice", "alice", "192.0.2.2");
  });

  it("fails exactly five times in a burst, whatever runs at once", async () => {
    const codes = await Promise.all(Array.from({ length: 60 }, (_, index) => login("carol", `guess ${index}`).then(() => "in", (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "?"))));
    expect([codes.filter((code) => code === "Unauthorized").length, codes.filter((code) => code === "RateLimited").length]).toEqual([5, 55]);
  });

  it("comes through while another address guesses without end; what is too much is refused as Busy", async () => {
    const done: string[] = [];
    const note = (what: string) => (error: unknown): void => void done.push(`${what} ${error instanceof Error && "code" in error ? String(error.code) : ""}`);
    const guesses = Array.from({ length: 80 }, (_, index) => login(`name${index}`, "x", "203.0.113.1").catch(note("guess")));
    const right = login("alice").then(() => done.push("right"));
    await right;
    expect(done.filter((each) => each === "guess Unauthorized").length).toBeLessThan(10);
    await Promise.all(guesses);
    expect(done.filter((each) => each === "guess Busy").length).toBeGreaterThanOrEqual(10);
  });

  it("ends the oldest of a user's tokens when there are more than may be", async () => {
    await world.close();
    world = await authWorld(":memory:", () => ({ maxTokensPerUser: 3 }));
    const given = [];
    for (let index = 0; index < 5; index += 1) given.push(await login("alice"));
    const other = await login("carol");
    const good = await Promise.all([...given, other].map(({ token }) => world.auth.authenticate({ token }).then(() => true, () => false)));
    expect(good).toEqual([false, false, true, true, true, true]);
    expect((await world.store.tokens.list()).length).toBe(4);
    await world.auth.logout(await world.auth.authenticate(given[3] ?? other));
    await login("alice");
    // One that was logged out takes no place, and leaves no row behind.
    expect((await world.store.tokens.list()).length).toBe(4);
    await world.auth.authenticate(given[2] ?? other);
  });

  it("has a limit of its own for each user, which nobody else can use up", async () => {
    await world.close();
    world = await authWorld(":memory:", () => ({ maxLoginsPerMinute: 3 }));
    for (let index = 0; index < 3; index += 1) await login("alice", "alice", `192.0.2.${index}`);
    await expect(login("alice", "alice", "192.0.2.9")).rejects.toMatchObject({ code: "RateLimited" });
    await login("carol");
  });

  it("tells namesakes of two organizations apart, in tokens, limits and the audit log", async () => {
    const beta = await world.store.organizations.create({ name: "beta", domain: "beta.example" });
    const passwordHash = await hashPassword("beta's carol", QUICK);
    const { id } = await world.store.users.create({ username: "Carol", organizationId: beta.id, role: "supervisor", agentId: "1003", passwordHash });
    await expect(login("carol")).rejects.toMatchObject(UNAUTHORIZED);
    const [ours, theirs] = [await login("carol@acme.example", "carol"), await login("CAROL@beta.example", "beta's carol")];
    expect([await world.auth.authenticate(ours), await world.auth.authenticate(theirs)]).toMatchObject([{ name: "carol", organizationId: world.acme.id }, { name: "Carol", organizationId: beta.id }]);
    const holders = await Promise.all([ours, theirs].map(async (reply) => (await world.auth.authenticate(reply)).holder));
    expect(new Set(holders).size).toBe(2);
    for (let index = 0; index < 5; index += 1) await expect(login("carol@beta.example", "x")).rejects.toMatchObject(UNAUTHORIZED);
    await expect(login("carol@beta.example", "beta's carol")).rejects.toMatchObject({ code: "RateLimited" });
    await login("carol@acme.example", "carol");
    expect((await world.audit.list({ organizationId: beta.id })).every(({ organizationId }) => organizationId === beta.id)).toBe(true);
    await world.store.users.update(id, { disabled: true });
    await expect(world.auth.authenticate(theirs)).rejects.toMatchObject(UNAUTHORIZED);
    await world.auth.authenticate(ours);
  });

  it("by a bare name is root's when root has it, and root's acts are never taken for a namesake's", async () => {
    await world.store.users.create({ username: "root", organizationId: world.acme.id, role: "admin", passwordHash: await hashPassword("acme's root", QUICK) });
    expect(await login("root")).toMatchObject({ role: "root", domain: "" });
    expect(await login("root@acme.example", "acme's root")).toMatchObject({ role: "admin", username: "root" });
    expect((await world.audit.list({ action: "login" })).map(({ actor, target }) => [actor, target])).toEqual([["root", "root"], ["root:root", "root"]]);
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
    expect(actor).toEqual({ name: "alice", role: "agent", organizationId: world.acme.id, agentId: "1001", permissions: new Set(), tokenId: key, holder: `user ${world.directory.user("alice")?.id ?? 0}`, userId: world.directory.user("alice")?.id });
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
