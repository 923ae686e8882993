import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createBrowserLogins, hashPassword, type ClosableBrowserLogins } from "../../src/auth/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import { authWorld, QUICK, SECRET, type AuthWorld } from "./support.js";

const UNAUTHORIZED = { code: "Unauthorized" };
const ADDRESS = "192.0.2.1";
const PASSWORD = "a better sentence";

let world: AuthWorld;
let logins: ClosableBrowserLogins;
beforeEach(async () => {
  world = await authWorld();
  logins = open(world);
});
afterEach(async () => {
  logins.close();
  await world.close();
});

const open = ({ store, directory, audit, logger, clock, auth }: AuthWorld, over: { readonly store?: Store; readonly maxSessionsPerUser?: number } = {}): ClosableBrowserLogins =>
  createBrowserLogins({ store, directory, audit, logger, clock, secret: SECRET, passwords: auth.passwords, hashPassword: (password) => hashPassword(password, QUICK), ...over });
const authenticate = (token: string) => world.auth.authenticate({ token });
const actions = async (): Promise<readonly string[]> => {
  await world.audit.list();
  return (await world.audit.list()).map(({ action, actor }) => `${action} ${actor}`);
};

describe("a browser's login", () => {
  it("gives a token for 15 minutes and a cookie, of which the database has a hash alone", async () => {
    const login = await logins.open("carol@acme.example", "carol", ADDRESS);
    expect(login.expires.getTime() - world.clock.now()).toBeLessThanOrEqual(15 * 60_000);
    expect(login.expires.getTime() - world.clock.now()).toBeGreaterThan(14 * 60_000);
    expect(await authenticate(login.token)).toMatchObject({ name: "carol", role: "supervisor", agentId: "1003", sessionId: login.actor.sessionId });
    const row = await world.store.browserSessions.find(login.actor.sessionId ?? "");
    const secret = login.cookie.value.split(".").at(-1) ?? "";
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(JSON.stringify(row)).not.toContain(secret);
    expect(await actions()).toEqual(["login carol"]);
  });

  it("is refused and limited as any other login", async () => {
    for (let count = 0; count < 5; count++) await expect(logins.open("carol", "x", ADDRESS)).rejects.toMatchObject(UNAUTHORIZED);
    await expect(logins.open("carol", "carol", ADDRESS)).rejects.toMatchObject({ code: "RateLimited" });
    await expect(world.auth.login("carol", "carol", ADDRESS)).rejects.toMatchObject({ code: "RateLimited" });
    await expect(logins.open("nobody", "x", "192.0.2.2")).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("goes on by its cookie, each of which is exchanged for the next", async () => {
    let login = await logins.open("carol", "carol", ADDRESS);
    const values = new Set<string>();
    for (let hour = 0; hour < 30; hour++) {
      values.add(login.cookie.value);
      world.clock.advance(3_600_000);
      await expect(authenticate(login.token)).rejects.toMatchObject(UNAUTHORIZED);
      login = await logins.refresh(login.cookie.value, ADDRESS);
      expect((await authenticate(login.token)).name).toBe("carol");
    }
    expect(values.size).toBe(30);
  });

  it("ends when it was not used for 12 hours, and after 30 days in any case", async () => {
    const idle = await logins.open("carol", "carol", ADDRESS);
    world.clock.advance(12 * 3_600_000);
    await expect(logins.refresh(idle.cookie.value, ADDRESS)).rejects.toMatchObject(UNAUTHORIZED);
    let used = await logins.open("carol", "carol", ADDRESS);
    const began = world.clock.now();
    for (;;) {
      world.clock.advance(11 * 3_600_000);
      const next = await logins.refresh(used.cookie.value, ADDRESS).catch(() => null);
      if (next === null) break;
      used = next;
    }
    expect(world.clock.now() - began).toBeGreaterThan(29 * 86_400_000);
    expect(world.clock.now() - began).toBeLessThan(31 * 86_400_000);
  });

  it("gives the same cookie again to who asks twice in a moment, such as two tabs", async () => {
    const { cookie } = await logins.open("carol", "carol", ADDRESS);
    const [one, two] = await Promise.all([logins.refresh(cookie.value, ADDRESS), logins.refresh(cookie.value, ADDRESS)]);
    world.clock.advance(10_000);
    const three = await logins.refresh(cookie.value, ADDRESS);
    expect(new Set([one.cookie.value, two.cookie.value, three.cookie.value]).size).toBe(1);
    for (const { token } of [one, two, three]) expect((await authenticate(token)).name).toBe("carol");
    expect((await logins.refresh(one.cookie.value, ADDRESS)).cookie.value).not.toBe(one.cookie.value);
  });

  it("ends with all its tokens when a cookie comes back that was exchanged before", async () => {
    const first = await logins.open("carol", "carol", ADDRESS);
    const other = await logins.open("carol", "carol", ADDRESS);
    const second = await logins.refresh(first.cookie.value, ADDRESS);
    world.clock.advance(10_001);
    await expect(logins.refresh(first.cookie.value, "192.0.2.66")).rejects.toMatchObject(UNAUTHORIZED);
    await expect(logins.refresh(second.cookie.value, ADDRESS)).rejects.toMatchObject(UNAUTHORIZED);
    for (const { token } of [first, second]) await expect(authenticate(token)).rejects.toMatchObject(UNAUTHORIZED);
    expect((await authenticate(other.token)).name).toBe("carol");
    expect((await world.audit.list({ action: "session.reused" })).map(({ actor, detail }) => [actor, detail["address"]])).toEqual([["carol", "192.0.2.66"]]);
  });

  it("cannot be ended or taken over by who knows less than the cookie", async () => {
    const { cookie, token } = await logins.open("carol", "carol", ADDRESS);
    const [id = "", generation = "", secret = ""] = cookie.value.split(".");
    for (const forged of ["", "x", id, `${id}.${generation}.`, `${id}.2.${secret}`, `${id}.0.${secret}`, `${id}.${generation}.${secret.replace(/^./, (char) => (char === "A" ? "B" : "A"))}`, `00000000-0000-4000-8000-000000000000.1.${secret}`, `${cookie.value}x`]) {
      await expect(logins.refresh(forged, ADDRESS)).rejects.toMatchObject(UNAUTHORIZED);
      await logins.end(forged);
    }
    expect((await authenticate(token)).name).toBe("carol");
    await logins.refresh(cookie.value, ADDRESS);
  });

  it("ends by logging out, of the browser or of the token alone", async () => {
    const { cookie, token } = await logins.open("carol", "carol", ADDRESS);
    await world.auth.logout(await authenticate(token));
    await expect(authenticate(token)).rejects.toMatchObject(UNAUTHORIZED);
    const next = await logins.refresh(cookie.value, ADDRESS);
    await logins.end(next.cookie.value);
    await expect(authenticate(next.token)).rejects.toMatchObject(UNAUTHORIZED);
    await expect(logins.refresh(next.cookie.value, ADDRESS)).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("ends when the user is disabled, gets another password, or is deleted", async () => {
    const user = world.directory.user("carol");
    for (const end of [() => world.store.users.update(user?.id ?? 0, { disabled: true }), () => world.store.users.update(user?.id ?? 0, { passwordHash: "x" }), () => world.store.users.remove(user?.id ?? 0)]) {
      await world.store.users.update(user?.id ?? 0, { disabled: false, passwordHash: await hashPassword("carol", QUICK) });
      const { cookie, token, actor } = await logins.open("carol", "carol", ADDRESS);
      await end();
      await expect(authenticate(token)).rejects.toMatchObject(UNAUTHORIZED);
      await expect(world.auth.recheck(actor, { token })).rejects.toMatchObject(UNAUTHORIZED);
      await expect(logins.refresh(cookie.value, ADDRESS)).rejects.toMatchObject(UNAUTHORIZED);
    }
  });

  it("keeps open what was opened with one of its tokens for as long as it lasts, with the user's present rights", async () => {
    const { cookie, token } = await logins.open("carol", "carol", ADDRESS);
    const actor = await authenticate(token);
    world.clock.advance(3_600_000);
    await expect(authenticate(token)).rejects.toMatchObject(UNAUTHORIZED);
    await world.store.tokens.purge(new Date(world.clock.now()));
    expect(await world.auth.recheck(actor, { token })).toMatchObject({ name: "carol", role: "supervisor", tokenId: actor.tokenId });
    await world.store.users.update(actor.userId ?? 0, { role: "agent" });
    expect((await world.auth.recheck(actor, { token })).role).toBe("agent");
    await logins.end(cookie.value);
    await expect(world.auth.recheck(actor, { token })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("is bounded: a user's oldest session ends, and a session's oldest token, while other tokens of the user stay", async () => {
    logins.close();
    logins = open(world, { maxSessionsPerUser: 3 });
    const { token: other } = await world.auth.login("carol", "carol", ADDRESS);
    const all = [];
    for (let count = 0; count < 4; count++) {
      world.clock.advance(1000);
      all.push(await logins.open("carol", "carol", ADDRESS));
    }
    const [oldest, second, third] = all;
    if (oldest === undefined || second === undefined || third === undefined) throw new Error("four were made");
    await expect(logins.refresh(oldest.cookie.value, ADDRESS)).rejects.toMatchObject(UNAUTHORIZED);
    let last = second;
    for (let count = 0; count < 25; count++) {
      world.clock.advance(11_000);
      last = await logins.refresh(last.cookie.value, ADDRESS);
    }
    await expect(authenticate(second.token)).rejects.toMatchObject(UNAUTHORIZED);
    for (const token of [last.token, third.token, other]) expect((await authenticate(token)).name).toBe("carol");
  });

  it("is exchanged once, also by two processes at the same time", async () => {
    const folder = temporaryDirectory();
    const file = `file:${folder.path}/callplane.db`;
    const here = await authWorld(file);
    const there = await openStore(file);
    const [one, two] = [open(here), open(here, { store: there })];
    try {
      let { cookie } = await one.open("carol", "carol", ADDRESS);
      for (let round = 0; round < 5; round++) {
        const replies = await Promise.all([one.refresh(cookie.value, ADDRESS), two.refresh(cookie.value, ADDRESS)]);
        expect(new Set(replies.map((reply) => reply.cookie.value)).size).toBe(1);
        expect(replies[0].cookie.value).not.toBe(cookie.value);
        cookie = replies[0].cookie;
      }
    } finally {
      one.close();
      two.close();
      await there.close();
      await here.close();
      folder.remove();
    }
  });
});

describe("the own password", () => {
  it("is changed with the present one, and ends all other logins and one-time passwords", async () => {
    const own = await logins.open("carol", "carol", ADDRESS);
    const sibling = await logins.refresh(own.cookie.value, ADDRESS);
    const other = await logins.open("carol", "carol", ADDRESS);
    const { token: integration } = await world.auth.login("carol", "carol", ADDRESS);
    const row = world.directory.agentRecord(world.acme.id, "1003")?.id ?? 0;
    await world.store.agents.addSipCredential({ id: "c", agentRow: row, a1: "0".repeat(32), expiresAt: new Date(world.clock.now() + 3_600_000) });
    await logins.changePassword(await authenticate(own.token), "carol", PASSWORD, ADDRESS);
    for (const { token } of [own, sibling]) expect((await authenticate(token)).name).toBe("carol");
    for (const token of [other.token, integration]) await expect(authenticate(token)).rejects.toMatchObject(UNAUTHORIZED);
    await expect(logins.refresh(other.cookie.value, ADDRESS)).rejects.toMatchObject(UNAUTHORIZED);
    await logins.refresh(sibling.cookie.value, ADDRESS);
    await expect(world.auth.login("carol", "carol", ADDRESS)).rejects.toMatchObject(UNAUTHORIZED);
    await world.auth.login("carol", PASSWORD, ADDRESS);
    expect((await world.store.agents.sipHashes(new Date(world.clock.now()))).get(row)?.oneTime ?? []).toEqual([]);
    expect(await actions()).toContain("user.passwd carol");
  });

  it("keeps the token that changed it, where that is of no session", async () => {
    const { token } = await world.auth.login("carol", "carol", ADDRESS);
    const { token: other } = await world.auth.login("carol", "carol", ADDRESS);
    const browser = await logins.open("carol", "carol", ADDRESS);
    await logins.changePassword(await authenticate(token), "carol", PASSWORD, ADDRESS);
    expect((await authenticate(token)).name).toBe("carol");
    await expect(authenticate(other)).rejects.toMatchObject(UNAUTHORIZED);
    await expect(authenticate(browser.token)).rejects.toMatchObject(UNAUTHORIZED);
  });

  it("is refused for a wrong one, which counts as a failed login; for a bad new one; and for tokens that are no user's", async () => {
    const actor = await authenticate((await logins.open("carol", "carol", ADDRESS)).token);
    await expect(logins.changePassword(actor, "carol", "short", ADDRESS)).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "new" } });
    await expect(logins.changePassword(actor, "carol", "carol", ADDRESS)).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "new" } });
    for (let count = 0; count < 5; count++) await expect(logins.changePassword(actor, "x", PASSWORD, ADDRESS)).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "current" } });
    await expect(logins.changePassword(actor, "carol", PASSWORD, ADDRESS)).rejects.toMatchObject({ code: "RateLimited" });
    await expect(logins.changePassword({ ...actor, userId: undefined }, "carol", PASSWORD, ADDRESS)).rejects.toMatchObject({ code: "Forbidden" });
  });
});
