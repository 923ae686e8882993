/** Voice agents and departments on a store, over HTTP. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/audit/index.js";
import { hashPassword } from "../../src/auth/index.js";
import { OrganizationSounds } from "../../src/queues/index.js";
import { Staff } from "../../src/staff/index.js";
import { openDirectory, openStore, type Store, type StoreDirectory } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import { bearer, createWorld, type World } from "./fakes.js";

let store: Store;
let directory: StoreDirectory;
let world: World;
let audited: AuditEntry[];
let inCall: string[];
let sounds: ReturnType<typeof temporaryDirectory>;
let waiting: number;

beforeEach(async () => {
  sounds = temporaryDirectory();
  for (const [id, name] of [[1, "welcome.wav"], [2, "secret.wav"]] as const) {
    mkdirSync(join(sounds.path, String(id)));
    writeFileSync(join(sounds.path, String(id), name), "sound");
  }
  store = await openStore(":memory:");
  const { id } = await store.organizations.create({ name: "demo", domain: "demo.local" });
  await store.organizations.create({ name: "other", domain: "other.local" });
  await store.departments.create(id, "support", {});
  directory = await openDirectory(store, { logger: pino({ level: "silent" }) });
  audited = [];
  inCall = [];
  waiting = 0;
  const staff = new Staff({
    store,
    directory,
    audit: { append: (entry) => void audited.push(entry) },
    hashPassword: (password) => hashPassword(password, { ln: 4, r: 8, p: 1 }),
    live: { get: (_who, agentId) => ({ calls: inCall.includes(agentId) ? ["c"] : [] }) },
    sounds: new OrganizationSounds("/srv/sounds", sounds.path),
    waiting: () => waiting,
  });
  world = createWorld({ services: { staff } });
  await world.app.ready();
});
afterEach(async () => {
  sounds.remove();
  await world.close();
  directory.close();
  await store.close();
});

async function send(who: string, method: "GET" | "POST" | "PUT" | "DELETE", path: string, payload?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const reply = await world.app.inject({ method, url: `/voiceconfig${path}`, headers: bearer(who), ...(payload === undefined ? {} : { payload }) });
  return { status: reply.statusCode, body: reply.body === "" ? {} : (reply.json()) };
}

const NEW = { extension: "1009", name: "Eve Ä.", departments: ["support"], skills: { french: 7 }, ringTimeoutS: 12, wrapUpS: -1, allowedPrefixes: ["+1"] };

describe("voice agents", () => {
  it("are made with their login and phone as one, or not at all: nobody is told of half of it", async () => {
    await store.users.create({ username: "eve", organizationId: 1, role: "supervisor", passwordHash: "x" });
    let writes = 0;
    store.onWrite(async () => void (writes += 1));
    expect((await send("admin", "POST", "/voiceagents", { ...NEW, username: "eve", password: "a password" })).status).toBe(409);
    expect([await store.agents.find(1, "1009"), writes]).toEqual([null, 0]);
  });

  it("are made with credentials that are told once, and kept as a hash alone", async () => {
    const { status, body } = await send("admin", "POST", "/voiceagents", { ...NEW, username: "eve", password: "a password", role: "supervisor" });
    expect({ status, body }).toMatchObject({ status: 201, body: { id: "1009", extension: "1009", departments: ["support"], skills: { french: 7 }, hasPassword: true, login: { username: "eve", role: "supervisor" }, sip: { user: "1009", domain: "demo.local" } } });
    const { password } = body["sip"] as { password: string };
    expect(password.length).toBeGreaterThanOrEqual(22);
    const record = await store.agents.find(1, "1009");
    expect((await store.agents.sipHashes(new Date())).get(record?.id ?? 0)?.own).toBe(createHash("md5").update(`1009:demo.local:${password}`).digest("hex"));
    const again = await send("admin", "GET", "/voiceagents/1009");
    expect(JSON.stringify(again.body)).not.toContain(password);
    expect(JSON.stringify(audited)).not.toContain(password);
    expect(audited.map(({ action, target }) => [action, target])).toEqual([["agent.create", "1009"]]);
    expect(world.log.join("\n")).not.toContain(password);
  });

  it.each([
    ["a taken extension", { ...NEW, id: "x", extension: "1009" }, 409, "Conflict", /^extension: /],
    ["an unknown department", { ...NEW, extension: "1010", departments: ["nowhere"] }, 400, "InvalidParameter", /departments/],
    ["half a login", { extension: "1010", username: "zoe" }, 400, "InvalidParameter", /password/],
    ["a role without a login", { extension: "1010", role: "agent" }, 400, "InvalidParameter", /role/],
    ["a level that is none", { extension: "1010", skills: { french: 11 } }, 400, "InvalidParameter", /skills/],
    ["a field that is none", { extension: "1010", sip: {} }, 400, "InvalidParameter", /sip/],
  ])("are refused with %s, naming it", async (_what, payload, status, error, message) => {
    expect((await send("admin", "POST", "/voiceagents", NEW)).status).toBe(201);
    expect(await send("admin", "POST", "/voiceagents", payload)).toMatchObject({ status, body: { error, message: expect.stringMatching(message) as unknown } });
    expect((await store.agents.list(1)).length).toBe(1);
  });

  it("leave nothing behind when their login cannot be made", async () => {
    await store.users.create({ username: "eve", organizationId: 1, role: "admin", passwordHash: "x" });
    expect(await send("admin", "POST", "/voiceagents", { ...NEW, username: "eve", password: "a password" })).toMatchObject({ status: 409 });
    expect(await store.agents.find(1, "1009")).toBeNull();
  });

  it("have a login whose name is another organization's too, of which nothing is told", async () => {
    await store.users.create({ username: "eve", organizationId: 2, role: "admin", passwordHash: "x" });
    expect(await send("admin", "POST", "/voiceagents", { ...NEW, username: "eve", password: "a password" })).toMatchObject({ status: 201, body: { login: { username: "eve" } } });
  });

  it.each(["too short", "qwertyuiop", "Password2026!", "aaaaaaaaaaaa", "her-eve.adams-1"])("are refused with the weak password %j, and nothing is made", async (password) => {
    expect(await send("admin", "POST", "/voiceagents", { ...NEW, username: "eve.adams", password })).toMatchObject({ status: 400, body: { error: "InvalidParameter", message: expect.stringMatching(/^password: /) as unknown } });
    expect(await store.agents.find(1, "1009")).toBeNull();
  });

  it("get new credentials on request and with another extension", async () => {
    await send("admin", "POST", "/voiceagents", { ...NEW, id: "1001" });
    const first = await send("service", "POST", "/voiceagents/1001/credentials");
    expect(first).toMatchObject({ status: 201, body: { sip: { user: "1009" } } });
    const renamed = await send("admin", "PUT", "/voiceagents/1001", { name: "Eva" });
    expect(renamed).toMatchObject({ status: 200, body: { name: "Eva", sip: null, departments: ["support"] } });
    const moved = await send("admin", "PUT", "/voiceagents/1001", { extension: "1019", departments: [] });
    expect(moved).toMatchObject({ status: 200, body: { extension: "1019", departments: [], sip: { user: "1019" } } });
  });

  it("are removed with their login, unless they are in a call", async () => {
    await send("admin", "POST", "/voiceagents", { ...NEW, id: "1001", username: "eve", password: "a password" });
    inCall = ["1001"];
    expect(await send("admin", "DELETE", "/voiceagents/1001")).toMatchObject({ status: 409 });
    inCall = [];
    expect(await send("admin", "DELETE", "/voiceagents/1001")).toMatchObject({ status: 200 });
    expect(await store.users.findByUsername("eve")).toBeNull();
    expect(audited.at(-1)).toMatchObject({ action: "agent.delete", target: "1001" });
  });

  it("are told apart by their tags: not sent twice, and not changed or removed by whoever has read another state", async () => {
    await send("admin", "POST", "/voiceagents", NEW);
    const ask = (method: "GET" | "PUT" | "DELETE", path: string, headers: Readonly<Record<string, string>>, payload?: object) => world.app.inject({ method, url: `/voiceconfig${path}`, headers: { ...bearer("admin"), ...headers }, ...(payload === undefined ? {} : { payload }) });
    const [list, one] = [await ask("GET", "/voiceagents", {}), await ask("GET", "/voiceagents/1009", {})];
    for (const [path, { headers }] of [["/voiceagents", list], ["/voiceagents/1009", one]] as const) {
      const again = await ask("GET", path, { "if-none-match": String(headers.etag) });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, "", headers.etag]);
    }
    const read = { "if-match": String(one.headers.etag) };
    const both = await Promise.all(["Ada", "Bea"].map((name) => ask("PUT", "/voiceagents/1009", read, { name })));
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412]);
    const changed = both.find(({ statusCode }) => statusCode === 200);
    expect(changed?.headers.etag).toBe((await ask("GET", "/voiceagents/1009", {})).headers.etag);
    expect((await ask("GET", "/voiceagents", { "if-none-match": String(list.headers.etag) })).statusCode).toBe(200);
    expect((await ask("DELETE", "/voiceagents/1009", read)).statusCode).toBe(412);
    expect((await ask("DELETE", "/voiceagents/1009", { "if-match": String(changed?.headers.etag) })).statusCode).toBe(200);
    expect((await ask("DELETE", "/voiceagents/1009", { "if-match": "*" })).statusCode).toBe(404);
  });

  it("are listed page by page, to those who supervise; root names the organization", async () => {
    for (const extension of ["1010", "1011", "1012"]) await send("admin", "POST", "/voiceagents", { extension });
    expect(await send("carol", "GET", "/voiceagents?pageIndex=1&pageSize=2")).toMatchObject({ status: 200, body: { pageIndex: 1, pageSize: 2, total: 3, items: [{ id: "1012" }] } });
    expect(await send("carol", "GET", "/voiceagents?sort=-extension&pageSize=1")).toMatchObject({ status: 200, body: { total: 3, items: [{ id: "1012" }] } });
    expect(await send("carol", "GET", "/voiceagents?q=1012")).toMatchObject({ status: 200, body: { total: 1, items: [{ id: "1012" }] } });
    expect(await send("root", "GET", "/voiceagents?domain=demo.local")).toMatchObject({ status: 200, body: { total: 3 } });
    expect(await send("root", "GET", "/voiceagents")).toMatchObject({ status: 400 });
    expect(await send("admin", "GET", "/voiceagents?domain=other.local")).toMatchObject({ status: 404 });
    expect(await send("alice", "GET", "/voiceagents")).toMatchObject({ status: 403 });
    expect(await send("carol", "POST", "/voiceagents", NEW)).toMatchObject({ status: 403 });
  });
});

describe("sounds", () => {
  it("are listed by name, the own organization's alone, for those who supervise", async () => {
    expect(await send("carol", "GET", "/sounds")).toEqual({ status: 200, body: { items: [{ name: "welcome.wav" }], total: 1, readable: true } });
    expect(await send("mallory", "GET", "/sounds")).toMatchObject({ status: 200, body: { items: [{ name: "secret.wav" }] } });
    expect(await send("root", "GET", "/sounds?domain=other.local")).toMatchObject({ status: 200, body: { items: [{ name: "secret.wav" }] } });
    expect((await send("admin", "GET", "/sounds?domain=other.local")).status).toBe(404);
    expect((await send("alice", "GET", "/sounds")).status).toBe(403);
  });

  it.each(["/srv/sounds/2/secret.wav", "../2/secret.wav", "secret.wav", "missing.wav", "/etc/passwd", "file:///etc/passwd", "http://x.example/a.wav", "local_stream://moh", "tone_stream://path=/etc/passwd", "welcome"])(
    "of a department are never %s",
    async (sound) => {
      for (const setting of [{ greeting: sound }, { music: sound }, { overflow: { type: "message", greeting: sound } }]) {
        const [name = ""] = Object.keys(setting);
        expect(await send("admin", "PUT", "/departments/support", setting)).toMatchObject({ status: 400, body: { error: "InvalidParameter", message: expect.stringContaining(name) as unknown } });
        expect(await send("admin", "POST", "/departments", { name: "sales", ...setting })).toMatchObject({ status: 400 });
      }
      expect(await send("admin", "GET", "/departments/support")).toMatchObject({ body: { greeting: null, music: null, overflow: { type: "hangup" } } });
    },
  );

  it("of a department are chosen by name", async () => {
    const settings = { greeting: "welcome.wav", music: "tone_stream://%(1000,0,440);loops=-1", overflow: { type: "message", greeting: "welcome.wav" } };
    expect(await send("admin", "PUT", "/departments/support", settings)).toMatchObject({ status: 200, body: settings });
  });
});

describe("departments", () => {
  it("are made, changed and removed with their settings, unless somebody waits", async () => {
    expect(await send("admin", "POST", "/departments", { name: "sales", strategy: "ring-all", maxWaitS: 60, overflow: { type: "department", to: "support" } })).toMatchObject({ status: 201, body: { name: "sales", strategy: "ring-all", ringTimeoutS: 20 } });
    expect(await send("admin", "PUT", "/departments/sales", { maxWaitS: null })).toMatchObject({ status: 200, body: { strategy: "ring-all", maxWaitS: null } });
    expect(await send("alice", "GET", "/departments")).toMatchObject({ status: 200, body: { total: 2 } });
    waiting = 1;
    expect(await send("admin", "DELETE", "/departments/sales")).toMatchObject({ status: 409 });
    waiting = 0;
    expect(await send("admin", "DELETE", "/departments/sales")).toMatchObject({ status: 204 });
    expect(await send("admin", "GET", "/departments/sales")).toMatchObject({ status: 404 });
    await send("admin", "POST", "/departments", { name: "sales", overflow: { type: "department", to: "support" } });
    await send("admin", "POST", "/voiceagents", { extension: "1008", departments: ["*", "support"] });
    expect(await send("admin", "GET", "/voiceagents/1008")).toMatchObject({ body: { departments: ["*", "support"] } });
    const refused = await send("admin", "DELETE", "/departments/support");
    expect(refused).toMatchObject({ status: 409, body: { error: "InUse", message: "The department support is in use: the overflow of sales; the agent 1008." } });
    await send("admin", "DELETE", "/voiceagents/1008");
    await send("admin", "DELETE", "/departments/sales");
    audited.splice(3);
    expect(await send("admin", "PUT", "/departments/support", { strategy: "loudest" })).toMatchObject({ status: 400, body: { message: expect.stringContaining("strategy") as unknown } });
    expect(await send("admin", "POST", "/departments", { name: "support" })).toMatchObject({ status: 409 });
    expect(await send("alice", "PUT", "/departments/support", {})).toMatchObject({ status: 403 });
    expect(audited.map(({ action }) => action)).toEqual(["department.create", "department.update", "department.delete"]);
  });
});
