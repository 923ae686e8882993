/** Accounts of voice applications on a store: over HTTP, and on the command line. */
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/audit/index.js";
import { fitsAuthToken } from "../../src/people/index.js";
import { openDirectory, openStore, type Store, type StoreDirectory } from "../../src/store/index.js";
import { VoiceAccountService } from "../../src/voice-app/index.js";
import { cliWorld } from "../cli/support.js";
import { bearer, createWorld, type World } from "../http/fakes.js";

const SID = /^AC[0-9a-f]{32}$/;
const TOKEN = /^[0-9a-f]{32}$/;

describe("the account over HTTP", () => {
  let store: Store;
  let directory: StoreDirectory;
  let world: World;
  let audited: AuditEntry[];
  // One app for all: it asks for the store of the test that runs.
  beforeAll(async () => {
    const ports = {
      get store() {
        return store;
      },
      get directory() {
        return directory;
      },
      audit: { append: (entry: AuditEntry) => void audited.push(entry) },
    };
    world = createWorld({ services: { voiceAccounts: new VoiceAccountService(ports) } });
    await world.app.ready();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    store = await openStore(":memory:");
    for (const name of ["demo", "other"]) await store.organizations.create({ name, domain: `${name}.local` });
    directory = await openDirectory(store, { logger: pino({ level: "silent" }) });
    audited = [];
  });
  afterEach(async () => {
    directory.close();
    await store.close();
  });

  async function send(who: string, method: "GET" | "POST" | "DELETE", path = "", payload?: object): Promise<{ status: number; body: Record<string, unknown> }> {
    const reply = await world.app.inject({ method, url: `/voiceconfig/account${path}`, headers: bearer(who), ...(payload === undefined ? {} : { payload }) });
    return { status: reply.statusCode, body: reply.json() };
  }

  it("is made on demand, once, and its token is shown that once", async () => {
    expect(await send("admin", "GET")).toMatchObject({ status: 404, body: { error: "NotFound" } });
    const made = await send("admin", "POST");
    expect(made).toMatchObject({ status: 201, body: { accountSid: expect.stringMatching(SID) as unknown, authToken: expect.stringMatching(TOKEN) as unknown, hasPreviousToken: false } });
    expect(await send("admin", "POST")).toMatchObject({ status: 409, body: { error: "Conflict" } });
    const { body } = await send("service", "GET");
    expect(body).toEqual({ accountSid: made.body["accountSid"], hasPreviousToken: false, createdAt: made.body["createdAt"], rotatedAt: made.body["rotatedAt"] });
    const token = String(made.body["authToken"]);
    expect(JSON.stringify(audited)).not.toContain(token);
    expect(world.log.join("\n")).not.toContain(token);
    expect(audited.map(({ action, target, organizationId }) => [action, target, organizationId])).toEqual([["account.create", made.body["accountSid"], 1]]);
  });

  it("gets a new token while the old one stays good, until that is forgotten", async () => {
    const old = String((await send("admin", "POST")).body["authToken"]);
    const rotated = await send("admin", "POST", "/token");
    const fresh = String(rotated.body["authToken"]);
    expect(rotated).toMatchObject({ status: 201, body: { hasPreviousToken: true } });
    const fits = (): readonly boolean[] => {
      const account = directory.voiceAccounts.of(1);
      if (account === undefined) throw new Error("The directory has no account.");
      return [old, fresh, "", "0".repeat(32)].map((token) => fitsAuthToken(account, token));
    };
    expect(fits()).toEqual([true, true, false, false]);
    expect(await send("admin", "DELETE", "/token/previous")).toMatchObject({ status: 200, body: { hasPreviousToken: false } });
    expect(fits()).toEqual([false, true, false, false]);
    await send("admin", "POST", "/token", { keepsPrevious: false });
    expect(fits()).toEqual([false, false, false, false]);
  });

  it("is one organization's alone", async () => {
    const [mine, theirs] = [await send("admin", "POST"), await send("mallory", "POST")];
    expect(mine.body["accountSid"]).not.toBe(theirs.body["accountSid"]);
    expect(directory.voiceAccounts.bySid(String(theirs.body["accountSid"]))?.organizationId).toBe(2);
    expect(await send("admin", "GET", "?domain=other.local")).toMatchObject({ status: 404 });
    expect(await send("root", "GET", "?domain=other.local")).toMatchObject({ status: 200, body: { accountSid: theirs.body["accountSid"] } });
    expect(await send("root", "GET")).toMatchObject({ status: 400 });
    for (const who of ["alice", "carol"]) expect(await send(who, "GET")).toMatchObject({ status: 403 });
  });

  it("goes with its organization", async () => {
    await send("admin", "POST");
    await store.organizations.remove(1);
    expect(await store.voiceAccounts.list()).toEqual([]);
    expect(directory.voiceAccounts.of(1)).toBeUndefined();
  });
});

describe("callplane account", () => {
  it("makes, shows, rotates and lists accounts, and tells a token only when it makes it", async () => {
    const world = cliWorld();
    const cli = (line: string) => world.callplane(line.split(" "));
    try {
      await cli("org create acme --domain acme.example");
      expect(await cli("account show --org acme")).toMatchObject({ code: 1 });
      const made = await cli("account create --org acme --json");
      const { accountSid, authToken } = JSON.parse(made.out) as { accountSid: string; authToken: string };
      expect([accountSid, authToken]).toEqual([expect.stringMatching(SID), expect.stringMatching(TOKEN)]);
      expect(await cli("account create --org acme")).toMatchObject({ code: 1, err: expect.stringMatching(/already/) as string });
      const next = await cli("account rotate --org acme");
      expect(next).toMatchObject({ code: 0, out: expect.stringMatching(/^Account SID {2}AC[0-9a-f]{32}\nAuth token {3}[0-9a-f]{32}\n/) as string });
      expect((await cli("account show --org acme")).out).toContain("accepted too");
      expect(await cli("account forget-previous --org acme")).toMatchObject({ code: 0 });
      const told = [await cli("account show --org acme"), await cli("account list"), await cli("account list --json"), await cli("audit list --json")].map(({ out }) => out).join("");
      expect(told).toContain(accountSid);
      expect(told).not.toContain(authToken);
      expect(told).not.toContain(/Auth token {3}([0-9a-f]{32})/.exec(next.out)?.[1]);
      expect(await cli("account rotate --org nobody")).toMatchObject({ code: 1 });
    } finally {
      await world.close();
    }
  });
});
