/** Which registrations are ended, for every way in which a credential ends; FreeSWITCH is a list of registrations that takes `flush_inbound_reg`. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandRefused } from "../../src/freeswitch/index.js";
import type { NodeState, NodeStatus, RegistrationRow, SwitchNode, SwitchSnapshot } from "../../src/freeswitch/index.js";
import { CallplaneError } from "../../src/errors.js";
import { RegistrationWatch } from "../../src/provisioning/index.js";
import { registrationStamp } from "../../src/provisioning/registration-stamp.js";
import { openDirectory, openStore } from "../../src/store/index.js";
import type { AgentRecord, OrganizationRecord, Store, StoreDirectory, UserRecord } from "../../src/store/index.js";
import { ManualClock } from "../support/manual-clock.js";
import { temporaryDirectory } from "../support/temporary.js";
import { HASH, silentLogger } from "../store/support.js";
import { a1 } from "./world.js";

interface Phone {
  readonly user: string;
  readonly domain: string;
  readonly callId: string;
  readonly metadata: string;
}

/** mod_sofia's table, and the core's list, which does not forget what was flushed. */
class Switch {
  readonly name: string;
  state: NodeState = "ready";
  table: Phone[] = [];
  readonly list = new Map<string, RegistrationRow>();
  readonly commands: string[] = [];
  failure: Error | null = null;
  #expires = 1_795_000_000;

  constructor(name: string) {
    this.name = name;
  }

  status = (): NodeStatus => ({ name: this.name, state: this.state, error: null, since: new Date(), epoch: 1, version: "", coreUuid: "", stale: false, holdMusic: "" });
  node = (): SwitchNode => ({
    name: this.name,
    status: this.status,
    api: async ({ line }) => {
      this.commands.push(line);
      const { failure } = this;
      if (failure !== null) throw failure;
      const word = /^sofia profile internal flush_inbound_reg (\S+)$/.exec(line)?.[1] ?? "";
      // sofia_reg.c, sofia_reg_expire_call_id.
      const at = word.indexOf("@");
      const [user, host] = at === -1 ? [null, word] : [word.slice(0, at), word.slice(at + 1)];
      this.table = this.table.filter((phone) => !(phone.callId === word || (phone.domain === host && (user === null || phone.user === user))));
      return "+OK flushing all registrations matching specified call_id";
    },
    bgapi: async () => Promise.reject(new Error("unexpected")),
    send: async () => Promise.reject(new Error("unexpected")),
    reconcile: async () => undefined,
    close: async () => undefined,
  });

  register(phone: Phone): void {
    // freeswitch-conf keeps one registration a contact (sofia_reg.c, multi_reg_contact); the core's list keeps one a Call-ID (switch_core_add_registration).
    this.table = [...this.table.filter(({ callId, user, domain }) => callId !== phone.callId || user !== phone.user || domain !== phone.domain), phone];
    this.list.set(phone.callId, { reg_user: phone.user, realm: phone.domain, token: phone.callId, url: `sofia/internal/sip:${phone.user}@192.0.2.9`, expires: String(++this.#expires), network_ip: "192.0.2.9", network_port: "5060", network_proto: "udp", hostname: this.name, metadata: phone.metadata });
  }

  snapshot = (): SwitchSnapshot => ({ coreUuid: "core", channels: [], registrations: [...this.list.values()], afterSequence: 0, reason: "drift" });
  calls = (): string[] => this.table.map(({ callId }) => callId);
}

let folder: ReturnType<typeof temporaryDirectory>;
let url: string;
let store: Store;
let other: Store;
let directory: StoreDirectory;
let clock: ManualClock;
let watch: RegistrationWatch | null;
let acme: OrganizationRecord;
let dora: AgentRecord;
let login: UserRecord;
let first: Switch;
let second: Switch;
const OWN = a1("2001", "acme.example", "the phone's own");

beforeEach(async () => {
  folder = temporaryDirectory();
  url = `file:${join(folder.path, "a.db")}`;
  store = await openStore(url);
  // The command line.
  other = await openStore(url);
  clock = new ManualClock(Date.now());
  acme = await store.organizations.create({ name: "acme", domain: "acme.example" });
  login = await store.users.create({ username: "dora", organizationId: acme.id, role: "supervisor", agentId: "dora", extension: "2001", passwordHash: HASH });
  const made = await store.agents.find(acme.id, "dora");
  if (made === null) throw new Error("dora");
  dora = made;
  await store.agents.setSipPassword(dora.id, OWN);
  directory = await openDirectory(store, { logger: silentLogger(), clock });
  first = new Switch("first");
  second = new Switch("second");
  watch = null;
});
afterEach(async () => {
  watch?.close();
  directory.close();
  await other.close();
  await store.close();
  folder.remove();
});

const open = async (): Promise<RegistrationWatch> => {
  watch = await RegistrationWatch.open({ store, directory, nodes: { all: () => [first.node(), second.node()] }, logger: silentLogger(), clock });
  return watch;
};
const stampNow = (hash = OWN): string => registrationStamp(hash, directory.userOfAgent(acme.id, "dora"));
/** A phone registers, and the event tells. */
const register = (at: Switch, phone: Partial<Phone> & { readonly callId: string }, told = true): void => {
  const whole = { user: "2001", domain: "acme.example", metadata: stampNow(), ...phone };
  at.register(whole);
  if (told) watch?.sink.event(at.name, { kind: "registration", action: "register", contact: "", networkIp: "", networkPort: "", userAgent: "", expiresS: 600, sequence: 0, timestampUs: 0, ...whole });
};
const oneTime = async (password: string, ms: number): Promise<string> => {
  const hash = a1("2001", "acme.example", password);
  await store.agents.addSipCredential({ id: randomUUID(), agentRow: dora.id, a1: hash, expiresAt: new Date(clock.now() + ms) });
  return hash;
};
/** The stranger beside, whose registrations nothing touches. */
const bystander = async (): Promise<void> => {
  const eve = await store.agents.create({ organizationId: acme.id, agentId: "2002" });
  const hash = a1("2002", "acme.example", "eve's");
  await store.agents.setSipPassword(eve.id, hash);
  for (const at of [first, second]) register(at, { user: "2002", callId: "eve", metadata: registrationStamp(hash, undefined) });
};

describe("the registrations of a phone", () => {
  const WAYS: Readonly<Record<string, (by: Store) => Promise<unknown>>> = {
    "a reset of the phone's password": (by) => by.agents.setSipPassword(dora.id, a1("2001", "acme.example", "another")),
    "the end of the phone's password": (by) => by.agents.setSipPassword(dora.id, null),
    "a disabled user": (by) => by.users.update(login.id, { disabled: true }),
    "another password of the login": (by) => by.users.update(login.id, { passwordHash: `${HASH}x` }),
    "another role": (by) => by.users.update(login.id, { role: "agent" }),
    "a removed login": (by) => by.users.remove(login.id),
    "a removed agent": (by) => by.agents.remove(dora.id),
    "another extension": (by) => by.agents.update(dora.id, { extension: "2009" }),
  };
  const BY_HAND = {
    "a disabled user": "UPDATE users SET disabled = 1 WHERE username = 'dora'",
    "another hash": "UPDATE agents SET sip_a1 = '00000000000000000000000000000000' WHERE agent_id = 'dora'",
    "another role": "UPDATE users SET role = 'admin' WHERE username = 'dora'",
    "a removed agent": "DELETE FROM agents WHERE agent_id = 'dora'",
    "a removed organization": "DELETE FROM organizations WHERE name = 'acme'",
  };

  it.each(Object.entries(WAYS))("end with %s, at every FreeSWITCH, before the write is told as done", async (_what, change) => {
    await open();
    await bystander();
    register(first, { callId: "desk" });
    register(second, { callId: "mobile" });
    register(second, { callId: "from before there were stamps", metadata: "" });
    await change(store);
    expect([first.calls(), second.calls()]).toEqual([["eve"], ["eve"]]);
  });

  it.each(Object.entries(WAYS))("end with %s by the command line, within a second", async (_what, change) => {
    await open();
    await bystander();
    register(first, { callId: "desk" });
    register(second, { callId: "unstamped", metadata: "" });
    await change(other);
    expect(first.calls()).toContain("desk");
    clock.advance(1000);
    await expect.poll(() => [first.calls(), second.calls()]).toEqual([["eve"], ["eve"]]);
  });

  it.each(Object.entries(BY_HAND))("end with %s by hand in the database", async (what, sql) => {
    await open();
    await bystander();
    register(first, { callId: "desk" });
    const database = new Database(url.slice("file:".length));
    database.pragma("foreign_keys = ON");
    database.exec(sql);
    database.close();
    clock.advance(1000);
    await expect.poll(() => first.calls()).toEqual(what === "a removed organization" ? [] : ["eve"]);
  });

  it.each(Object.entries(WAYS))("end with %s that came while Callplane was down", async (_what, change) => {
    await bystander();
    register(first, { callId: "desk" });
    await change(other);
    const started = await open();
    started.sink.snapshot("first", first.snapshot());
    await expect.poll(() => first.calls()).toEqual(["eve"]);
  });

  it("end at a FreeSWITCH that was away as soon as it is back, and at one that did not answer at the next try", async () => {
    const started = await open();
    await bystander();
    register(first, { callId: "desk", metadata: "" });
    register(second, { callId: "desk", metadata: "" });
    first.state = "down";
    second.failure = new CallplaneError("Timeout");
    await store.agents.setSipPassword(dora.id, null);
    expect([first.commands, second.commands.length, second.calls()]).toEqual([[], 1, ["eve", "desk"]]);
    first.state = "ready";
    started.sink.status("first", first.status());
    await expect.poll(() => first.calls()).toEqual(["eve"]);
    second.failure = null;
    clock.advance(4000);
    expect(second.calls()).toEqual(["eve", "desk"]);
    clock.advance(2000);
    await expect.poll(() => second.calls()).toEqual(["eve"]);
  });

  it("are not asked for again where FreeSWITCH refuses the command", async () => {
    await open();
    first.failure = new CommandRefused("-ERR Unknown command!");
    await store.agents.setSipPassword(dora.id, null);
    clock.advance(60_000);
    expect(first.commands).toHaveLength(1);
  });

  it("end when the phone was let in by an answer that was on its way", async () => {
    await open();
    const stale = stampNow();
    await store.agents.setSipPassword(dora.id, a1("2001", "acme.example", "another"));
    register(first, { callId: "late", metadata: stale });
    await expect.poll(() => first.calls()).toEqual([]);
    register(first, { callId: "honest", metadata: stampNow(a1("2001", "acme.example", "another")) });
    clock.advance(10_000);
    expect(first.calls()).toEqual(["honest"]);
  });

  it("stay when nothing was taken away", async () => {
    await open();
    register(first, { callId: "desk" });
    register(first, { callId: "unstamped", metadata: "" });
    register(first, { user: "4711", callId: "nobody's", metadata: "" });
    register(first, { domain: "elsewhere.example", callId: "elsewhere", metadata: "" });
    const before = first.commands.length;
    await store.agents.update(dora.id, { name: "Dora D.", wrapUpS: 5 });
    await store.users.update(login.id, { permissions: ["listen"] });
    await store.organizations.update(acme.id, { callerId: "+15550100" });
    await oneTime("browser", 60_000);
    watch?.sink.snapshot("first", first.snapshot());
    clock.advance(5000);
    expect([first.commands.length - before, first.calls()]).toEqual([0, ["desk", "unstamped", "nobody's", "elsewhere"]]);
  });

  it("stay when a login, or a first password, is made for the agent", async () => {
    await open();
    const eve = await store.agents.create({ organizationId: acme.id, agentId: "eve", extension: "2003" });
    register(first, { user: "2003", callId: "unstamped", metadata: "" });
    const hash = a1("2003", "acme.example", "first");
    await store.agents.setSipPassword(eve.id, hash);
    register(first, { user: "2003", callId: "desk", metadata: registrationStamp(hash, undefined) });
    const made = await store.users.create({ username: "eve", organizationId: acme.id, role: "agent", agentId: "eve", passwordHash: HASH });
    expect(first.calls()).toEqual(["unstamped", "desk"]);
    await store.users.update(made.id, { disabled: true });
    expect(first.calls()).toEqual([]);
    await store.users.update(made.id, { disabled: false });
    register(first, { user: "2003", callId: "desk", metadata: registrationStamp(hash, directory.userOfAgent(acme.id, "eve")) });
    clock.advance(5000);
    expect(first.calls()).toEqual(["desk"]);
  });
});

describe("a registration by a one-time password", () => {
  it("ends with the password, and the desk phone stays", async () => {
    await open();
    const [short, long] = [await oneTime("browser", 60_000), await oneTime("another browser", 120_000)];
    register(first, { callId: "desk@192.0.2.7" });
    register(first, { callId: "browser", metadata: stampNow(short) });
    register(second, { callId: "another-browser", metadata: stampNow(long) });
    clock.advance(59_000);
    expect(first.calls()).toHaveLength(2);
    clock.advance(2000);
    await expect.poll(() => first.calls()).toEqual(["desk@192.0.2.7"]);
    expect(second.calls()).toEqual(["another-browser"]);
    clock.advance(60_000);
    await expect.poll(() => second.calls()).toEqual([]);
    expect([...first.commands, ...second.commands]).toEqual(["sofia profile internal flush_inbound_reg browser", "sofia profile internal flush_inbound_reg 2001@acme.example"]);
  });

  it("ends when the password gives way to newer ones, and with a change of the login", async () => {
    await open();
    const hash = await oneTime("oldest", 3_600_000);
    register(first, { callId: "desk" });
    register(first, { callId: "browser", metadata: stampNow(hash) });
    for (let index = 0; index < 20; index += 1) await oneTime(`newer ${index}`, 3_600_000);
    expect(first.calls()).toEqual(["desk"]);
    await store.users.update(login.id, { passwordHash: `${HASH}y` });
    expect((await store.agents.sipHashesOf(dora.id, new Date(clock.now())))?.oneTime).toEqual([]);
  });

  it.each([
    ["another agent's address", "2002@acme.example"],
    ["the organization's domain", "acme.example"],
    ["the domain in capitals", "ACME.example"],
    ["more than one word", "a b"],
    ["a quote", "a'b"],
    ["a line", "a\nb"],
  ])("that calls itself by %s takes nobody else along", async (_what, callId) => {
    await open();
    await bystander();
    const hash = await oneTime("browser", 60_000);
    register(first, { callId: "desk" });
    register(first, { callId, metadata: stampNow(hash) });
    clock.advance(61_000);
    await expect.poll(() => first.calls()).not.toContain(callId);
    expect(first.calls()).toContain("eve");
    for (const command of first.commands) expect(command).toMatch(/^sofia profile internal flush_inbound_reg 2001@acme\.example$/);
  });
});

describe("a registration with another phone's Call-ID", () => {
  it("ends without the other one, and leaves the other what it is", async () => {
    await open();
    await bystander();
    const hash = await oneTime("browser", 60_000);
    register(first, { callId: "desk" });
    register(first, { callId: "eve", metadata: stampNow(hash) });
    clock.advance(61_000);
    await expect.poll(() => first.table.filter(({ user }) => user === "2001")).toEqual([]);
    expect(first.commands).toEqual(["sofia profile internal flush_inbound_reg 2001@acme.example"]);
    expect(first.table.map(({ user, callId }) => ({ user, callId }))).toEqual([{ user: "2002", callId: "eve" }]);
    // The other one is still known, and ends with its own credential.
    const eve = await store.agents.find(acme.id, "2002");
    if (eve === null) throw new Error("eve");
    await store.agents.setSipPassword(eve.id, a1("2002", "acme.example", "another"));
    expect(first.table).toEqual([]);
  });
});

describe("a list of registrations", () => {
  const passed = (at: Switch): string[] => {
    const seen: string[] = [];
    watch?.without({ event: () => undefined, status: () => undefined, snapshot: (_node, { registrations }) => seen.push(...registrations.map(({ token }) => token)) }).snapshot(at.name, at.snapshot());
    return seen;
  };

  it("is passed on without those that were ended, which FreeSWITCH goes on showing, until the phone registers again", async () => {
    const started = await open();
    register(first, { callId: "desk" });
    register(first, { callId: "unstamped", metadata: "" });
    started.sink.snapshot("first", first.snapshot());
    expect(passed(first)).toEqual(["desk", "unstamped"]);
    const next = a1("2001", "acme.example", "another");
    await store.agents.setSipPassword(dora.id, next);
    for (let turn = 0; turn < 3; turn += 1) {
      clock.advance(30_000);
      started.sink.snapshot("first", first.snapshot());
      expect(passed(first)).toEqual([]);
    }
    expect(first.commands).toHaveLength(1);
    register(first, { callId: "desk", metadata: stampNow(next) });
    clock.advance(30_000);
    // Its event was lost.
    register(first, { callId: "unstamped", metadata: "" }, false);
    started.sink.snapshot("first", first.snapshot());
    expect(passed(first)).toEqual(["desk", "unstamped"]);
  });

  it("is judged before it is passed on: one that is good no more is never shown", async () => {
    register(first, { callId: "desk" });
    await other.agents.setSipPassword(dora.id, null);
    const started = await open();
    const snapshot = first.snapshot();
    started.sink.snapshot("first", snapshot);
    expect(passed(first)).toEqual([]);
    await expect.poll(() => first.calls()).toEqual([]);
  });
});
