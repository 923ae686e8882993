/** What once grew without end: each is made to grow here, and does not. */
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { underAny, unlessAborted } from "../../src/abort.js";
import { Registrations } from "../../src/phones/registrations.js";
import { StatusWriter } from "../../src/agents/status-writer.js";
import { LiveCall } from "../../src/call-logs/live-call.js";
import { Unwritten, type Item, type UnwrittenCall } from "../../src/call-logs/unwritten.js";
import { MutableCall } from "../../src/calls/call.js";
import { CallIndex } from "../../src/calls/call-index.js";
import { confirmed } from "../../src/calls/control/confirm.js";
import type { ControlContext } from "../../src/calls/control/context.js";
import { Proofs } from "../../src/calls/proofs.js";
import type { TracedCall, TracedLeg } from "../../src/calls/trace.js";
import { Activities, SYSTEM } from "../../src/calls/activities.js";
import { CommandRefused, type SwitchCommand, type SwitchNode } from "../../src/freeswitch/index.js";
import { createMetrics } from "../../src/prometheus.js";
import { Reloader } from "../../src/provisioning/reloader.js";
import { Crew } from "../../src/queues/crew.js";
import { Dispatch } from "../../src/queues/dispatch.js";
import { actor, MemoryDirectory, organizationOf, registration, registrationRow, silentLogger, snapshotOf, stage } from "../agents/support.js";
import { eventually } from "../lab/wait.js";
import { ManualClock } from "../support/manual-clock.js";
import { agentRecord, organizationRecord } from "../support/records.js";

/** Of something large, the part that is used here. */
const fake = <T>(part: object): T => part as T;
const never = (): Promise<never> => new Promise(() => undefined);

describe("a signal that lives as long as the process", () => {
  it("keeps nothing of work that is done, failed or called off", async () => {
    const closing = new AbortController();
    for (let count = 0; count < 100; count++) {
      await underAny([closing.signal, new AbortController().signal], async () => 1);
      await expect(underAny([closing.signal], () => Promise.reject(new Error("no")))).rejects.toThrow("no");
      expect(await unlessAborted(closing.signal, Promise.resolve("done"))).toBe("done");
      await expect(unlessAborted(closing.signal, Promise.reject(new Error("no")))).rejects.toThrow("no");
    }
    expect(getEventListeners(closing.signal, "abort")).toEqual([]);
  });

  it("calls off what runs under it, with its reason, whichever of several it is, and what begins too late", async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const run = (): Promise<unknown> => underAny([one.signal, other.signal], (signal) => new Promise((_resolve, reject) => {
      const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("?"));
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop);
    }));
    const running = run();
    other.abort(new Error("stop"));
    await expect(running).rejects.toThrow("stop");
    await expect(run()).rejects.toThrow("stop");
    expect(await unlessAborted(other.signal, never())).toBeNull();
  });
});

describe("the operations on calls", () => {
  it("wait no longer for the proof of a command that FreeSWITCH has refused", async () => {
    const proofs = new Proofs();
    const context = fake<ControlContext>({ registry: { proofs, onUnclear: () => undefined }, settings: { confirmMs: 300_000 } });
    const node = fake<SwitchNode>({ name: "fs1" });
    const operation = new AbortController();
    for (let count = 0; count < 100; count++) {
      const asked = confirmed(context, node, () => Promise.reject(new CommandRefused("-ERR no")), { uuids: [`leg ${count}`], proof: () => undefined, of: "CHANNEL_PARK", signal: operation.signal });
      await expect(asked).rejects.toThrow(CommandRefused);
    }
    expect(proofs.size).toBe(0);
    expect(getEventListeners(operation.signal, "abort")).toEqual([]);
  });

  it("are refused when fifty wait for one call, and taken again when those are done", async () => {
    const activities = new Activities({ debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined });
    const run = <T>(key: string, work: () => Promise<T>): Promise<T> => activities.run(key, { name: "hold", by: SYSTEM }, work);
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const waiting = Array.from({ length: 50 }, () => run("call", () => gate));
    await expect(run("call", async () => 1)).rejects.toMatchObject({ code: "Conflict" });
    expect(await run("another", async () => 1)).toBe(1);
    open();
    await Promise.all(waiting);
    expect(await run("call", async () => 1)).toBe(1);
  });

  it("leave a call the newest thousand of the ids that were joined to it", () => {
    const index = new CallIndex();
    const call = new MutableCall("call", "fs1", new Date(0));
    index.addCall(call);
    for (let count = 0; count < 1500; count++) index.addAlias(`alias ${count}`, call);
    expect([call.aliases.length, index.find("alias 499"), index.find("alias 500"), index.find("alias 1499")]).toEqual([1000, undefined, call, call]);
    index.removeCall(call);
    expect(index.find("alias 1499")).toBeUndefined();
  });

  it("put nothing into the index of a call that it holds no more", () => {
    const index = new CallIndex();
    const call = new MutableCall("call", "fs1", new Date(0));
    index.addCall(call);
    index.removeCall(call);
    index.setNumbers(call, "+15550001", "1001");
    index.setOrganization(call, 1);
    call.owner = "1001";
    index.reindex(call);
    expect([index.withNumber("+15550001").size, index.ofAgent(1, "1001").size, index.organization(1).calls.size]).toEqual([0, 0, 0]);
    expect([call.from, call.organizationId]).toEqual(["+15550001", 1]);
  });
});

describe("agents", () => {
  it("who are removed are forgotten, once they are offline and in no call", async () => {
    const people = Array.from({ length: 50 }, (_, index) => ({ org: 1, id: String(1000 + index) }));
    const everybody = new MemoryDirectory([organizationOf(1, "one.example")], people);
    const removed = new Set<string>();
    const directory = Object.assign(everybody, { agent: ((agent) => (org: number, id: string) => (removed.has(id) ? undefined : agent(org, id)))(everybody.agent) });
    const { service, clock, calls } = await stage({ directory });
    const supervisor = actor("supervisor", 1);
    for (const { id } of people) await service.setStatus(supervisor, id, { status: "online" });
    calls.tell("call.created", "call", 1, [{ agentId: "1000", state: "active", answered: true, dialled: false }]);
    expect(service.size).toBe(50);
    for (const { id } of people) removed.add(id);
    // Heartbeats miss, and then the next look comes.
    clock.advance(60_000);
    expect(service.size).toBe(1);
    calls.tell("call.ended", "call", 1, []);
    clock.advance(60_000);
    expect(service.size).toBe(0);
    await service.close();
  });

  it("have the newest twenty of the addresses that their phones register", () => {
    const index = new Registrations();
    const contact = (count: number): string => `<sip:1001@192.0.2.1:${5000 + count}>`;
    for (let count = 0; count < 500; count++) index.event("fs1", registration("register", "1001", { contact: contact(count), callId: `call ${count}`, userAgent: "x".repeat(60_000) }), 0);
    const phones = index.phonesOf("1001", "one.example");
    expect([phones.length, phones[0]?.contact, phones.at(-1)?.contact, phones[0]?.userAgent.length]).toEqual([20, "sip:1001@192.0.2.1:5480", "sip:1001@192.0.2.1:5499", 256]);
    index.snapshot("fs1", Array.from({ length: 500 }, (_, count) => registrationRow("1001", { token: `call ${count}`, url: `sofia/internal/sip:1001@192.0.2.1:${5000 + count}` })), 0);
    expect(index.size).toBe(20);
    expect(snapshotOf([]).registrations).toEqual([]);
  });

  it("have statuses that wait for a store that does not answer, ten thousand and no more", async () => {
    let lost = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let stored = 0;
    const store = { append: async (records: readonly unknown[]) => gate.then(() => void (stored += records.length)), piggyback: () => () => undefined, latest: async () => [], history: async () => [], prune: async () => 0 };
    const writer = new StatusWriter(store, { ...silentLogger, error: () => void lost++ });
    const record = { organizationId: 1, agentId: "1001", status: "online", reason: null, since: new Date(0), cause: "request", after: null } as const;
    for (let count = 0; count < 10_500; count++) writer.write(record);
    expect(lost).toBe(500);
    open();
    await writer.idle();
    expect(stored).toBe(10_000);
    writer.write(record);
    await writer.idle();
    expect([stored, lost]).toEqual([10_001, 500]);
  });
});

describe("the router", () => {
  const rules = { strategy: "longest-idle", priority: 0, skills: [] } as const;

  it("forgets departments that are removed, and those that only a caller or an agent named", () => {
    const dispatch = new Dispatch();
    for (let count = 0; count < 100; count++) {
      dispatch.setDepartment(`made ${count}`, rules);
      dispatch.forgetDepartment(`made ${count}`);
      dispatch.join({ id: "caller", department: `of a caller ${count}`, priority: 0, joinedAt: 1 });
      dispatch.leave("caller");
      dispatch.setAgent("a", { departments: [`of an agent ${count}`], skills: {} });
      dispatch.setIdle("a", 1);
      dispatch.setIdle("a", null);
    }
    dispatch.removeAgent("a");
    expect(dispatch.size).toBe(0);
  });

  it("still serves who waits in a department that was removed", () => {
    const dispatch = new Dispatch();
    dispatch.setDepartment("support", rules);
    dispatch.setAgent("a", { departments: ["support"], skills: {} });
    dispatch.join({ id: "caller", department: "support", priority: 0, joinedAt: 1 });
    dispatch.forgetDepartment("support");
    dispatch.setIdle("a", 1);
    expect(dispatch.next()).toEqual({ waiter: "caller", department: "support", agents: ["a"] });
    dispatch.requeue("caller", ["a"]);
    expect(dispatch.next()).toEqual({ waiter: "caller", department: "support", agents: ["a"] });
    dispatch.leave("caller");
    dispatch.setIdle("a", null);
    expect(dispatch.size).toBe(0);
  });

  it("forgets what agents missed who are removed, also while their phones ring", () => {
    let agents = [agentRecord({ agentId: "a" })];
    const crew = new Crew({
      directory: { organizations: () => [organizationRecord()], departments: () => [], department: () => undefined, agentRecords: () => agents },
      availability: { idleSince: () => new Date(0), isBusy: () => false, takesCalls: () => true, setAway: () => undefined, onIdleChange: () => () => undefined },
      phones: { nodesOf: () => ["fs1"] },
      clock: new ManualClock(),
      restMs: 1000,
    });
    crew.sync();
    expect([crew.failed(1, "a", true), crew.failed(1, "a", true)]).toEqual([1, 2]);
    const before = agents;
    const withdrawn = crew.withdrawn(1, "a");
    agents = [];
    crew.sync();
    expect(withdrawn.aborted).toBe(true);
    expect(crew.failed(1, "a", true)).toBe(0);
    agents = [...before];
    crew.sync();
    expect(crew.failed(1, "a", true)).toBe(1);
  });
});

describe("call records", () => {
  const AT = new Date("2026-01-01T00:00:00Z");
  const traced = (id: string): TracedCall => ({
    id, node: "fs1", organizationId: null, direction: "inbound", from: "", fromName: null, to: "", owner: null, queue: null, department: null, enteredAt: null, state: "active", ringing: [], createdAt: AT, answeredAt: AT, changedAt: AT, ended: false, legs: [], supervisorLegs: [], aliases: [], attributes: {}, attributesDue: false,
  });
  const live = (id: string, ended: boolean): LiveCall => Object.assign(new LiveCall(id), { ended });
  const entry = (callId: string): Item => ({ kind: "entry", entry: { callId, at: AT, type: "queued", agentId: null, detail: {} } });

  it("that a database does not take are kept up to their limits, the newest and the live ones", () => {
    const given: UnwrittenCall[] = [];
    const unwritten = new Unwritten((call) => given.push(call), { items: 100, ended: 10 });
    let items = 0;
    for (let count = 0; count < 200; count++) {
      unwritten.changed({ ...traced(`ended ${count}`), ended: true }, live(`ended ${count}`, true));
      unwritten.changed(traced(`live ${count}`), live(`live ${count}`, false));
      for (let times = 0; times < 3; times++) unwritten.add(count % 2 === 0 ? `live ${count}` : `ended ${count}`, entry(String(count)));
      unwritten.merged(`gone ${count}`, "live 0");
      items += 4;
      if (count % 3 === 0) continue;
      unwritten.take();
      unwritten.putBack();
    }
    const kept = unwritten.take();
    const lost = given.reduce((sum, call) => sum + call.items.length, 0);
    expect(kept.filter(({ id }) => id.startsWith("live")).length).toBe(200);
    expect(kept.filter(({ seen }) => seen?.live.ended === true).length).toBe(0);
    expect(kept.filter(({ seen, items: rest }) => seen === null && rest.length === 0)).toEqual([]);
    expect(kept.reduce((sum, call) => sum + call.items.length, 0)).toBe(100);
    expect(lost).toBe(items - 100);
    expect(given.filter(({ seen }) => seen !== null).map(({ id }) => id).slice(0, 3)).toEqual(["ended 0", "ended 1", "ended 2"]);
  });

  it("that were joined to another while the database was at them are not written by themselves any more", () => {
    const unwritten = new Unwritten(() => expect.fail("given up"));
    unwritten.changed(traced("one"), live("one", false));
    unwritten.add("one", entry("one"));
    unwritten.changed(traced("two"), live("two", false));
    unwritten.take();
    unwritten.merged("one", "two");
    unwritten.putBack();
    expect(unwritten.take().map(({ id, items }) => [id, items.map(({ kind }) => kind)])).toEqual([["two", ["entry", "joined"]]]);
  });

  it("let go of the legs of a caller for whom thousands of phones were rung, not of the caller's", () => {
    const leg = (uuid: string, more: Partial<TracedLeg>): TracedLeg => ({
      uuid, node: "fs1", coreUuid: "core", role: "agent", agentId: "1001", number: "", callerName: null, columns: { direction: "outbound" }, createdAt: AT, answered: false, answeredAt: null, hungUp: true, hangupCause: "NO_ANSWER", refusedWith: null, hungUpAt: AT, hangupDisposition: "", sipCallId: null, ring: null, recordings: [], toBeRecorded: false, ...more,
    });
    const call = live("call", false);
    call.legs.set("customer", leg("customer", { role: "customer" }));
    const gone: string[] = [];
    for (let count = 0; count < 5000; count++) {
      call.legs.set(`phone ${count}`, leg(`phone ${count}`, {}));
      for (const uuid of call.legs.keys()) call.written.set(uuid, "-");
      gone.push(...call.forgetOldLegs());
    }
    call.legs.set("ringing", leg("ringing", { hungUp: false }));
    expect([call.legs.size, call.written.size, gone.length, call.legs.has("customer")]).toEqual([201, 200, 4801, true]);
  });
});

describe("a FreeSWITCH that is slow", () => {
  it("is told once of all that changed while it was busy", async () => {
    const told: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const node = fake<SwitchNode>({
      name: "fs1",
      status: () => ({ state: "ready" }),
      api: async (command: SwitchCommand) => {
        told.push(command.line);
        await gate;
        return "+OK";
      },
    });
    const reloader = new Reloader({ all: () => [node] }, silentLogger);
    for (let count = 0; count < 1000; count++) reloader.all({ files: true, trunks: count === 500, removedTrunks: [`trunk${count % 3}`] });
    open();
    await eventually("all to be told", () => told.length === 1 + 1 + 1 + 3 + 2);
    expect(told.filter((line) => line === "reloadxml")).toHaveLength(2);
    expect(told.filter((line) => line.includes("killgw")).length).toBe(4);
    // It is free again.
    reloader.all({ files: true, trunks: false });
    await eventually("one more", () => told.length === 9);
  });

  it("makes no more series of its events' names than there are events", async () => {
    const metrics = createMetrics();
    for (let count = 0; count < 5000; count++) metrics.eventReceived("fs1", `EVENT_${count}`, 1);
    const series = (await metrics.render()).match(/^callplane_events_total\{.*$/gm) ?? [];
    expect(series.length).toBe(201);
    expect(series.find((line) => line.includes('name="other"'))).toMatch(/ 4800$/);
  });
});
