/** Configurations and phone lines on a store, over HTTP. */
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/audit/index.js";
import { openDirectory, openStore, type Store, type StoreDirectory } from "../../src/store/index.js";
import { MemoryVoiceDirectory, VoiceConfiguration } from "../../src/voice-app/index.js";
import { bearer, createWorld, type World } from "../http/fakes.js";

let store: Store;
let directory: StoreDirectory;
let voice: MemoryVoiceDirectory;
let world: World;
let audited: AuditEntry[];

// One app for all: it asks for the store of the test that runs.
beforeAll(async () => {
  const ports = {
    get store() {
      return store;
    },
    get voice() {
      return voice;
    },
    get directory() {
      return directory;
    },
    audit: { append: (entry: AuditEntry) => void audited.push(entry) },
  };
  world = createWorld({ services: { voiceConfiguration: new VoiceConfiguration(ports) } });
  await world.app.ready();
});
afterAll(() => world.close());

beforeEach(async () => {
  store = await openStore(":memory:");
  const logger = pino({ level: "silent" });
  for (const name of ["demo", "other"]) await store.organizations.create({ name, domain: `${name}.local`, country: "US" });
  await store.departments.create(1, "support", {});
  await store.departments.create(2, "support", {});
  await store.agents.create({ organizationId: 1, agentId: "1001", extension: "1001" });
  await store.agents.create({ organizationId: 2, agentId: "2001", extension: "2001" });
  directory = await openDirectory(store, { logger });
  voice = await MemoryVoiceDirectory.open({ store, logger });
  audited = [];
});
afterEach(async () => {
  voice.close();
  directory.close();
  await store.close();
});

type Body = Record<string, unknown>;
interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly etag: string | undefined;
}

async function send(who: string, method: "GET" | "POST" | "PUT" | "DELETE", path: string, payload?: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const reply = await world.app.inject({ method, url: `/voiceconfig${path}`, headers: { ...bearer(who), ...headers }, ...(payload === undefined ? {} : { payload }) });
  const etag = reply.headers["etag"];
  return { status: reply.statusCode, body: reply.body === "" ? {} : reply.json(), etag: typeof etag === "string" ? etag : undefined };
}

const SAY = { type: "say", text: "Welcome." };
const HOURS = { timeZone: "America/New_York", weekly: [{ days: ["monday"], from: "09:00", to: "17:00" }] };
const MENU = { prompt: SAY, keys: { 1: { type: "department", to: "support" }, 2: { type: "client", to: "1001" }, "*": { type: "voicemail" } } };
const makeConfig = async (name = "Main", settings: object = {}): Promise<string> => String((await send("admin", "POST", "/configs", { name, ...settings })).body["id"]);
const NUMBER = { phoneNumber: "(212) 555-0101", target: { type: "department", to: "support" } };

describe("a configuration", () => {
  it("is made with defaults, read, changed in part and removed", async () => {
    const made = await send("admin", "POST", "/configs", { name: "Main", greeting: SAY, menu: MENU, hours: HOURS });
    expect(made).toMatchObject({ status: 201, body: { name: "Main", greeting: SAY, menu: { ...MENU, tries: 3, timeoutS: 5, invalid: null }, hours: { ...HOURS, holidays: [] }, language: "en-US", target: { type: "hangup" }, unanswered: { type: "voicemail" }, recorded: false } });
    const id = String(made.body["id"]);
    expect((await send("carol", "GET", `/configs/${id}`)).body).toEqual(made.body);
    const changed = await send("admin", "PUT", `/configs/${id}`, { recorded: true, target: { type: "phonenumber", to: "(212) 555-0199" } });
    expect(changed).toMatchObject({ status: 200, body: { name: "Main", greeting: SAY, hours: { timeZone: "America/New_York" }, recorded: true, target: { type: "phonenumber", to: "+12125550199" } } });
    expect(await send("admin", "DELETE", `/configs/${id}`)).toMatchObject({ status: 200 });
    expect(await send("admin", "GET", `/configs/${id}`)).toMatchObject({ status: 404 });
    expect(audited.map(({ action, target }) => [action, target])).toEqual([["config.create", "Main"], ["config.update", "Main"], ["config.delete", "Main"]]);
  });

  it.each([
    ["a key that is none", { menu: { prompt: SAY, keys: { 10: { type: "hangup" } } } }, "menu"],
    ["a menu without keys", { menu: { prompt: SAY, keys: {} } }, "menu"],
    ["a time zone that is none", { hours: { ...HOURS, timeZone: "Mars/Olympus" } }, "hours"],
    ["an agent who is not there", { target: { type: "client", to: "1002" } }, "target"],
    ["another organization's agent", { unanswered: { type: "client", to: "2001" } }, "unanswered"],
    ["a department that is not there", { menu: { prompt: SAY, keys: { 1: { type: "department", to: "sales" } } } }, "menu"],
    ["a configuration that is not there", { closed: { target: { type: "config", to: "99" } } }, "closed"],
    ["a URL of another kind", { target: { type: "url", to: "file:///etc/passwd" } }, "target"],
    ["a number that is none", { target: { type: "phonenumber", to: "5" } }, "target"],
    ["a language that is none", { language: "en_US'" }, "language"],
    ["a control character", { greeting: { type: "say", text: "a\u0007b" } }, "greeting"],
    ["a text that is too long", { greeting: { type: "say", text: "x".repeat(4097) } }, "greeting"],
    ["an event that is none", { statusCallback: { url: "https://example.com/s", events: ["exploded"] } }, "statusCallback"],
    ["a setting that is none", { colour: "blue" }, "colour"],
    ["a name that is taken", { name: "Taken" }, "name"],
  ])("is refused with %s, naming the setting", async (_what, settings, parameter) => {
    await makeConfig("Taken");
    const refused = await send("admin", "POST", "/configs", { name: "Main", ...settings });
    expect([refused.status, String(refused.body["message"]).split(/[.:]/)[0]]).toEqual([parameter === "name" ? 409 : 400, parameter]);
    expect(await store.voiceConfigs.list(1)).toHaveLength(1);
  });

  it("is told with its version: 304 to who has it, 412 to who would overwrite another's change", async () => {
    const id = await makeConfig();
    const { etag = "" } = await send("admin", "GET", `/configs/${id}`);
    expect(await send("admin", "GET", `/configs/${id}`, undefined, { "if-none-match": etag })).toMatchObject({ status: 304, body: {} });
    const changed = await send("admin", "PUT", `/configs/${id}`, { recorded: true }, { "if-match": etag });
    expect([changed.status, changed.etag === etag]).toEqual([200, false]);
    for (const method of ["PUT", "DELETE"] as const) expect(await send("admin", method, `/configs/${id}`, method === "PUT" ? { recorded: false } : undefined, { "if-match": etag })).toMatchObject({ status: 412, body: { error: "PreconditionFailed" } });
    expect(await send("admin", "PUT", `/configs/${id}`, { recorded: false }, { "if-match": `"nothing", ${changed.etag ?? ""}` })).toMatchObject({ status: 200 });
    expect(await send("admin", "DELETE", `/configs/${id}`, undefined, { "if-match": "*" })).toMatchObject({ status: 200 });
    const list = await send("admin", "GET", "/configs");
    expect(await send("admin", "GET", "/configs", undefined, { "if-none-match": list.etag ?? "" })).toMatchObject({ status: 304 });
  });

  it("is not removed, and neither is what it points to, while something points there", async () => {
    const inner = await makeConfig("Inner", { target: { type: "client", to: "1001" } });
    const outer = await makeConfig("Outer", { menu: { prompt: SAY, keys: { 1: { type: "config", to: inner }, 2: { type: "department", to: "support" } } } });
    await send("admin", "POST", "/phonelines", { ...NUMBER, target: { type: "config", to: outer } });
    expect(await send("admin", "DELETE", `/configs/${inner}`)).toMatchObject({ status: 409, body: { error: "InUse", message: "The configuration Inner is in use: the configuration Outer." } });
    expect(await send("admin", "DELETE", `/configs/${outer}`)).toMatchObject({ status: 409, body: { error: "InUse", message: "The configuration Outer is in use: the phone line +12125550101." } });
    await expect(store.departments.remove(1, "support")).rejects.toMatchObject({ code: "InUse", message: expect.stringContaining("the configuration Outer") as unknown });
    const agent = await store.agents.find(1, "1001");
    await expect(store.agents.remove(agent?.id ?? 0)).rejects.toMatchObject({ code: "InUse", message: expect.stringContaining("the configuration Inner") as unknown });
    // It may point to itself.
    await send("admin", "PUT", `/configs/${inner}`, { target: { type: "config", to: inner } });
    await send("admin", "PUT", `/configs/${outer}`, { menu: null });
    expect(await send("admin", "DELETE", `/configs/${inner}`)).toMatchObject({ status: 200 });
  });

  it("is one organization's alone, listed page by page", async () => {
    const ids = [await makeConfig("A"), await makeConfig("B"), await makeConfig("C")];
    expect(await send("carol", "GET", "/configs?pageIndex=1&pageSize=2")).toMatchObject({ status: 200, body: { total: 3, pageIndex: 1, pageSize: 2, items: [{ name: "C" }] } });
    expect(await send("carol", "GET", "/configs?sort=-name&pageSize=2")).toMatchObject({ status: 200, body: { total: 3, items: [{ name: "C" }, { name: "B" }] } });
    expect(await send("carol", "GET", "/configs?q=b")).toMatchObject({ status: 200, body: { total: 1, items: [{ name: "B" }] } });
    expect(await send("carol", "GET", "/configs?sort=createdAt")).toMatchObject({ status: 400 });
    expect(await send("mallory", "GET", "/configs")).toMatchObject({ body: { total: 0 } });
    for (const method of ["GET", "PUT", "DELETE"] as const) expect(await send("mallory", method, `/configs/${ids[0] ?? ""}`, method === "PUT" ? { recorded: true } : undefined)).toMatchObject({ status: 404 });
    expect(await send("mallory", "POST", "/configs", { name: "X", target: { type: "config", to: ids[0] } })).toMatchObject({ status: 400 });
    expect(await send("root", "GET", `/configs/${ids[0] ?? ""}`)).toMatchObject({ status: 200 });
    expect(await send("root", "GET", "/configs?domain=demo.local")).toMatchObject({ body: { total: 3 } });
    expect(await send("carol", "POST", "/configs", { name: "D" })).toMatchObject({ status: 403 });
    expect(await send("alice", "GET", "/configs")).toMatchObject({ status: 403 });
    for (const id of ["0", "-1", "1e3", "x", "99999999999999999999"]) expect(await send("admin", "GET", `/configs/${id}`)).toMatchObject({ status: 400 });
    expect(await send("admin", "GET", "/configs/999999999")).toMatchObject({ status: 404 });
  });
});

describe("a phone line", () => {
  it("goes to an agent, a department, a configuration or an application", async () => {
    const config = await makeConfig();
    const targets = [{ type: "client", to: "1001" }, { type: "department", to: "support" }, { type: "config", to: config }, { type: "url", to: "https://app.example.com/voice?x=1", method: "GET" }];
    for (const [index, target] of targets.entries()) expect(await send("admin", "POST", "/phonelines", { phoneNumber: `+1212555011${index}`, target })).toMatchObject({ status: 201, body: { phoneNumber: `+1212555011${index}`, target, recorded: false, hasSigningToken: false, fallback: null } });
    expect(await send("carol", "GET", "/phonelines?pageSize=3&pageIndex=1")).toMatchObject({ body: { total: 4, items: [{ phoneNumber: "+12125550113" }] } });
    // Signed on behalf of an account, which it gets with the first application.
    expect(await store.voiceAccounts.list()).toMatchObject([{ organizationId: 1 }]);
  });

  it("has a fallback, a status callback, a trunk, a caller id and a signing token, which is never shown", async () => {
    await store.trunks.create({ organizationId: 1, name: "acme-out", proxy: "sip.example.com" });
    const secret = "0123456789abcdef0123456789abcdef";
    const settings = { fallback: { url: "https://b.example.com/f", method: "GET" }, fallbackDepartment: "support", statusCallback: { url: "https://a.example.com/s" }, trunk: "acme-out", callerId: "(212) 555-0100", name: "Hotline", recorded: true };
    const made = await send("admin", "POST", "/phonelines", { ...NUMBER, ...settings, target: { type: "url", to: "https://a.example.com/v" }, signingToken: secret });
    expect(made).toMatchObject({ status: 201, body: { ...settings, callerId: "+12125550100", statusCallback: { method: "POST" }, target: { method: "POST" }, hasSigningToken: true } });
    const id = String(made.body["id"]);
    await expect(store.trunks.remove(1, "acme-out", null)).rejects.toMatchObject({ code: "InUse", message: expect.stringContaining("the phone line +12125550101") as unknown });
    await expect(store.departments.remove(1, "support")).rejects.toMatchObject({ code: "InUse", message: expect.stringContaining("the phone line +12125550101") as unknown });
    expect((await store.phoneLines.ownLines()).get(1)).toEqual([{ number: "+12125550101", trunk: "acme-out" }]);
    const changed = await send("admin", "PUT", `/phonelines/${id}`, { target: { type: "department", to: "support" }, fallback: null, trunk: null, signingToken: null });
    expect(changed).toMatchObject({ status: 200, body: { target: { type: "department", to: "support" }, fallback: null, trunk: null, hasSigningToken: false, name: "Hotline" } });
    expect(await send("admin", "DELETE", `/phonelines/${id}`, undefined, { "if-match": made.etag ?? "" })).toMatchObject({ status: 412 });
    expect(await send("admin", "DELETE", `/phonelines/${id}`, undefined, { "if-match": changed.etag ?? "" })).toMatchObject({ status: 200 });
    expect(JSON.stringify([made.body, changed.body, audited]) + world.log.join("")).not.toContain(secret);
    expect(audited.map(({ action }) => action)).toEqual(["line.create", "line.update", "line.remove"]);
  });

  it.each([
    ["a number that is none", { phoneNumber: "12" }, "number"],
    ["another organization's agent", { target: { type: "client", to: "2001" } }, "target"],
    ["a configuration that is not there", { target: { type: "config", to: "7" } }, "target"],
    ["a URL that is none", { target: { type: "url", to: "javascript:alert(1)" } }, "target"],
    ["a voicemail, which only a configuration has", { target: { type: "voicemail" } }, "target"],
    ["a trunk that is not there", { trunk: "other-out" }, "trunk"],
    ["a department that is not there", { fallbackDepartment: "sales" }, "fallbackDepartment"],
    ["a token that is too short", { signingToken: "short" }, "signingToken"],
    ["a caller id that is none", { callerId: "me" }, "callerId"],
  ])("is refused with %s", async (_what, settings, parameter) => {
    await store.trunks.create({ organizationId: 2, name: "other-out", proxy: "sip.example.com" });
    const refused = await send("admin", "POST", "/phonelines", { ...NUMBER, ...settings });
    expect([refused.status, String(refused.body["message"]).split(/[.:]/)[0]]).toEqual([400, parameter]);
    expect(await store.phoneLines.list()).toEqual([]);
    expect(await store.voiceAccounts.list()).toEqual([]);
  });

  it("has a number that is nobody else's", async () => {
    expect(await send("admin", "POST", "/phonelines", NUMBER)).toMatchObject({ status: 201 });
    expect(await send("mallory", "POST", "/phonelines", NUMBER)).toMatchObject({ status: 409, body: { error: "Conflict" } });
    expect(await send("mallory", "GET", "/phonelines/1")).toMatchObject({ status: 404 });
    expect(voice.lineWithNumber("+12125550101")).toMatchObject({ organizationId: 1 });
  });

  it("is one of the organization's numbers, which are listed by country", async () => {
    for (const [phoneNumber, name] of [["+12125550101", "New York"], ["+442079460001", "London"], ["+493012345678", "Berlin"]] as const) await send("admin", "POST", "/phonelines", { ...NUMBER, phoneNumber, name });
    expect((await send("carol", "GET", "/phonenumbers?CountryCode=gb")).body).toEqual({ phoneNumberList: [{ phoneNumber: "+442079460001", countryCode: "GB", lineId: "2", name: "London" }], pageIndex: 0, pageSize: 50, total: 1, next: null });
    expect(await send("carol", "GET", "/phonenumbers?pageSize=1&pageIndex=2")).toMatchObject({ body: { phoneNumberList: [{ name: "Berlin" }], total: 3 } });
    expect(await send("mallory", "GET", "/phonenumbers")).toMatchObject({ body: { total: 0 } });
    expect(await send("carol", "GET", "/phonenumbers?CountryCode=GBR")).toMatchObject({ status: 400 });
  });
});
