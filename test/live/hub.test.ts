import { afterEach, describe, expect, it, vi } from "vitest";
import { CallplaneError } from "../../src/errors.js";
import type { NodeStatus } from "../../src/freeswitch/types.js";
import { EVENTS, type EventType } from "../../src/http/live/schemas.js";
import { actor } from "../agents/support.js";
import { alice, bob, callView, carol, credential, FakeTransport, flushed, liveStage, other, root, type LiveStage, type Received } from "./support.js";

const isEventType = (type: string): type is EventType => type in EVENTS;
const numbers = (events: readonly Received[]): readonly number[] => events.map(({ id }) => Number(id?.split("-")[1]));
const node = (state: NodeStatus["state"]): NodeStatus => ({ name: "fs1", state, error: null, since: new Date(0), epoch: 1, version: "1.10", coreUuid: "", stale: state !== "ready", holdMusic: "" });

let live: LiveStage | null = null;
const begin = async (...options: Parameters<typeof liveStage>): Promise<LiveStage> => (live = await liveStage(...options));
afterEach(async () => {
  await live?.close();
  live = null;
});

describe("what happens within a moment", () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  /** Three readers, and how often each has been written to since. The time is the test's. */
  const crowd = async (size: number) => {
    const { registry, read } = await begin({ limits: { coalesceMs: 200, crowd: size } });
    const readers = [read(carol), read(carol), read(alice)];
    const before = readers.map(({ sends }) => sends);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const happens = async (id: string): Promise<void> => {
      registry.put(callView(id, { assignedTo: "1001" }));
      await flushed();
    };
    const writes = (afterMs: number): readonly number[] => {
      vi.advanceTimersByTime(afterMs);
      return readers.map(({ sends }, index) => sends - (before[index] ?? 0));
    };
    return { readers, happens, writes };
  };
  const EACH = (writes: number): readonly number[] => [writes, writes, writes];

  it("goes out in one write for each reader, in order; of few readers the first after a pause at once", async () => {
    const { readers, happens, writes } = await crowd(1000);
    await happens("c1");
    expect(writes(0)).toEqual(EACH(1));
    for (let n = 2; n < 12; n++) await happens(`c${n}`);
    expect([writes(199), writes(1)]).toEqual([EACH(1), EACH(2)]);
    for (const reader of readers) expect(reader.events.map(({ data }) => (data["call"] as { id: string }).id)).toEqual(Array.from({ length: 11 }, (_, n) => `c${n + 1}`));
  });

  it("waits for the rest of it with many readers, also after a pause, and also soon after a write", async () => {
    const { happens, writes } = await crowd(3);
    await happens("c1");
    expect([writes(199), writes(1)]).toEqual([EACH(0), EACH(1)]);
    expect(writes(150)).toEqual(EACH(1));
    await happens("c2");
    await happens("c3");
    expect([writes(199), writes(1)]).toEqual([EACH(1), EACH(2)]);
  });

  it("waits for half as long with half as many", async () => {
    const { happens, writes } = await crowd(6);
    await happens("c1");
    expect([writes(99), writes(1)]).toEqual([EACH(0), EACH(1)]);
  });
});

describe("the snapshot", () => {
  it("comes first and holds what the reader's lists hold, and no more", async () => {
    const { registry, read } = await begin({ nodes: () => [node("ready")] });
    registry.put(callView("hers", { assignedTo: "1001" }));
    registry.put(callView("rings", { state: "ringing", ringing: ["1001"] }));
    registry.put(callView("bobs", { assignedTo: "1002" }));
    registry.put(callView("waits", { state: "queued", department: "sales" }));
    registry.put(callView("foreign", { assignedTo: "2001" }), 2);
    registry.put(callView("nobodys"), null);
    const calls = (reader: FakeTransport) => reader.received.flatMap(({ data }) => data["calls"]).map((call) => (typeof call === "object" && call !== null && "id" in call ? call.id : null));
    expect(calls(read(alice))).toEqual(["hers", "rings", "waits"]);
    expect(calls(read(carol))).toEqual(["hers", "rings", "bobs", "waits"]);
    expect(calls(read(other))).toEqual(["foreign"]);
    expect(calls(read(root)).sort()).toEqual(["bobs", "foreign", "hers", "nobodys", "rings", "waits"]);
    const [hers] = read(alice).received;
    expect(hers).toMatchObject({ type: "snapshot", organization: "one.example", data: { part: 1, last: true, agents: [{ id: "1001" }], queues: [{ name: "sales", waiting: 1 }], switches: [] } });
    expect(read(carol).received[0]).toMatchObject({ data: { agents: [{ id: "1001" }, { id: "1002" }, { id: "1003" }], switches: [{ node: "fs1", state: "ready" }] } });
    expect(read(root).received.map(({ organization }) => organization)).toEqual([null, "one.example", "two.example"]);
  });

  it("is cut into parts of which the last alone has an id", async () => {
    const { registry, read } = await begin();
    for (let call = 0; call < 450; call++) registry.put(callView(`c${call}`));
    const reader = read(carol);
    expect(reader.received.map(({ id, data }) => [id === null, data["part"], data["last"]])).toEqual([[true, 1, false], [true, 2, false], [false, 3, true]]);
  });

  it("comes again when the agent's departments change, at open streams and before a stream is resumed", async () => {
    const { registry, read, directory, clock } = await begin();
    directory.departmentsByOrganization.set(1, ["sales"]);
    directory.tell(null);
    const queues = (reader: FakeTransport) => reader.received.map(({ data }) => [(data["calls"] as readonly unknown[]).length, data["queues"]]);
    const reader = read(alice);
    const supervisor = read(carol);
    clock.advance(2_000);
    registry.put(callView("c1", { state: "queued", department: "sales" }));
    await flushed();
    expect(reader.types).toEqual(["snapshot", "call.created", "queue.joined"]);
    const before = reader.lastId;
    reader.received.length = 0;
    directory.servesDepartment = () => false;
    registry.served = false;
    directory.tell(null);
    clock.advance(2_000);
    expect(reader.types).toEqual(["snapshot"]);
    expect(queues(reader)).toEqual([[0, []]]);
    expect(read(alice, before).types).toEqual(["snapshot"]);
    registry.put(callView("c2", { state: "queued", department: "sales" }));
    await flushed();
    expect(reader.types).toEqual(["snapshot"]);
    reader.received.length = 0;
    directory.servesDepartment = () => true;
    registry.served = true;
    directory.tell({ organizationId: 1, agentId: "1001" });
    expect(queues(reader)).toMatchObject([[2, [{ name: "sales", waiting: 2, entries: [{ callId: "c1", position: 1 }, { callId: "c2", position: 2 }] }]]]);
    registry.end("c2");
    await flushed();
    expect(reader.types).toEqual(["snapshot", "call.removed", "queue.left"]);
    expect(supervisor.types.filter((type) => type === "snapshot")).toHaveLength(1);
  });

  it("is made once for those who come at the same time, who get what happened since from the stream", async () => {
    const { registry, read } = await begin();
    registry.put(callView("c1"));
    read(carol);
    const { lists } = registry;
    registry.put(callView("c2"));
    const second = read(actor("service", 1));
    expect(registry.lists).toBe(lists);
    await flushed();
    expect(second.types).toEqual(["snapshot", "call.created"]);
    registry.put(callView("c3"));
    await flushed();
    expect(second.events.map(({ data }) => data["call"])).toMatchObject([{ id: "c2" }, { id: "c3" }]);
  });
});

describe("what a snapshot shows before any event does", () => {
  it("is told to those who had no snapshot all the same", async () => {
    const { registry, read } = await begin();
    registry.put(callView("c1", { state: "queued", department: "sales" }));
    const theirs = read(bob);
    const changed = callView("c1", { state: "queued", department: "sales", fromName: "Ada" });
    // Its change is kept back: an operation is in the middle of something.
    registry.calls.set("c1", { view: changed, organizationId: 1 });
    const hers = read(alice);
    registry.put(changed);
    await flushed();
    expect(hers.received[0]).toMatchObject({ data: { calls: [{ fromName: "Ada" }] } });
    expect(theirs.events.filter(({ type }) => type.startsWith("call."))).toMatchObject([{ type: "call.updated", data: { call: { fromName: "Ada" } } }]);
  });

  it.each([carol, alice])("is told to have gone back when it has (%#)", async (who) => {
    const act = { isUnderWay: false, over: (_callId: string): void => undefined };
    const acting = { isActing: () => act.isUnderWay, onRest: (handler: (callId: string) => void) => ((act.over = handler), (): void => undefined) };
    const { registry, read, clock } = await begin({ acting });
    registry.put(callView("c1", { assignedTo: "1001" }));
    const early = read(who);
    clock.advance(10_000);
    act.isUnderWay = true;
    registry.put(callView("c1", { assignedTo: "1001", state: "held" }));
    await flushed();
    const late = read(who);
    registry.put(callView("c1", { assignedTo: "1001" }));
    act.isUnderWay = false;
    act.over("c1");
    await flushed();
    expect([early, late].map(({ received }) => received.map(({ type, data }) => `${type} ${String((data["calls"] as readonly { readonly state: string }[] | undefined)?.[0]?.state ?? (data["call"] as { readonly state: string } | undefined)?.state)}`))).toEqual([
      ["snapshot active", "call.updated active"],
      ["snapshot held", "call.updated active"],
    ]);
  });
});

describe("a sign of life", () => {
  it("goes every 15 s to who asked for it, whatever the topics, and counts as no event", async () => {
    const { registry, read, clock } = await begin();
    const asked = read(carol, null, { alive: true, ofQuery: ["agent"] });
    const other = read(carol);
    for (let seconds = 0; seconds < 31; seconds++) clock.advance(1_000);
    expect(asked.received.slice(1).map(({ id, type, data }) => [id, type, data])).toEqual([[null, "alive", {}], [null, "alive", {}]]);
    expect(other.types).toEqual(["snapshot"]);
    // The last id is that of the last event.
    registry.put(callView("c1"));
    await flushed();
    expect(read(carol, other.lastId, { alive: true }).types).toEqual([]);
  });

  it("is not queued for who reads nothing", async () => {
    const { read, clock } = await begin({ limits: { highWater: 1 } });
    const slow = read(carol, null, { alive: true });
    slow.reading = false;
    for (let seconds = 0; seconds < 31; seconds++) clock.advance(1_000);
    slow.reading = true;
    slow.drain();
    expect(slow.types.filter((type) => type === "alive").length).toBeLessThanOrEqual(1);
  });
});

describe("topics", () => {
  const listed = ({ received: [snapshot] }: FakeTransport): readonly string[] => ["calls", "agents", "queues", "switches"].filter((list) => snapshot !== undefined && (snapshot.data[list] as readonly unknown[]).length > 0);

  it("narrow a stream, and its snapshot to the lists that it keeps up to date", async () => {
    const { registry, service, read } = await begin({ nodes: () => [node("ready")] });
    registry.put(callView("before", { state: "queued", department: "sales" }));
    const all = read(carol);
    const calls = read(carol, null, { ofQuery: ["call"] });
    const ends = read(carol, null, { ofQuery: ["call.ended", "agent.status"] });
    const agents = read(carol, null, { ofTicket: ["agent"] });
    expect([all, calls, ends, agents].map(listed)).toEqual([["calls", "agents", "queues", "switches"], ["calls"], [], ["agents"]]);
    await service.setStatus(alice, "1001", { status: "online" });
    registry.put(callView("c1"));
    registry.end("c1");
    await flushed();
    expect(calls.types).toEqual(["snapshot", "call.created", "call.ended"]);
    expect(ends.types).toEqual(["snapshot", "agent.status", "call.ended"]);
    expect(agents.types).toEqual(["snapshot", "agent.status"]);
    expect(all.types).toEqual(expect.arrayContaining(["agent.status", "call.created", "call.ended"]));
    // The numbers are the same for all.
    expect(ends.lastId).toBe(all.lastId);
  });

  it("of a ticket cannot be widened by the query", async () => {
    const { registry, service, read } = await begin();
    const reader = read(carol, null, { ofTicket: ["call"], ofQuery: ["agent", "call.ended"] });
    expect(listed(reader)).toEqual([]);
    await service.setStatus(alice, "1001", { status: "online" });
    registry.put(callView("c1"));
    registry.end("c1");
    await flushed();
    expect(reader.types).toEqual(["snapshot", "call.ended"]);
  });

  it("hold for what a reader who resumes, or was behind, gets from the stream", async () => {
    const { registry, service, read, clock } = await begin({ limits: { highWater: 1 } });
    const first = read(carol, null, { ofQuery: ["agent"] });
    const slow = read(carol, null, { ofQuery: ["agent"] });
    const since = first.lastId;
    slow.reading = false;
    registry.put(callView("c1"));
    await service.setStatus(alice, "1001", { status: "online" });
    await flushed();
    registry.put(callView("c2"));
    await service.setStatus(alice, "1001", { status: "away" });
    await flushed();
    slow.reading = true;
    slow.drain();
    clock.advance(1_000);
    const again = read(carol, since, { ofQuery: ["agent"] });
    expect([first.types, slow.types, again.types]).toEqual([["snapshot", "agent.status", "agent.status"], ["snapshot", "agent.status", "agent.status"], ["agent.status", "agent.status"]]);
  });
});

describe("events", () => {
  it("are told of no call after its end", async () => {
    const { registry, read } = await begin();
    const reader = read(carol);
    registry.put(callView("c1"));
    const subject = registry.subject({ view: callView("c1", { state: "ended" }), organizationId: 1 });
    registry.emit({ type: "call.supervision.ended", call: subject, agent: "1003", mode: "listen", at: new Date(0), reason: "call_ended" });
    registry.end("c1");
    for (const type of ["call.updated", "call.updated"] as const) registry.emit({ type, call: subject });
    registry.emit({ type: "call.supervision.ended", call: subject, agent: "1003", mode: "listen", at: new Date(0), reason: "hung_up" });
    registry.emit({ type: "call.transfer.failed", call: subject, code: "USER_BUSY", target: "1002" });
    await flushed();
    expect(reader.events.map(({ type }) => type)).toEqual(["call.created", "call.supervision.ended", "call.ended"]);
  });

  it("come in order, with increasing ids, as their schemas say", async () => {
    const { registry, read, service, events } = await begin();
    const reader = read(carol);
    registry.put(callView("c1", { state: "queued", department: "sales" }));
    registry.put(callView("c1", { assignedTo: "1001", legs: [{ id: "l", role: "agent", agent: "1001", number: "1001", numberText: "1001", name: null, state: "active", muted: false, sipCallId: null, quality: null }] }));
    registry.supervise("c1", "started", "1003", "listen");
    registry.supervise("c1", "switched", "1003", "barge");
    registry.supervise("c1", "ended", "1003", "barge");
    const call = registry.calls.get("c1");
    if (call !== undefined) registry.emit({ type: "call.transfer.failed", call: registry.subject(call), code: "USER_BUSY", target: "1002" });
    await service.setStatus(alice, "1001", { status: "online" });
    events.nodeStatus(node("ready"));
    events.nodeStatus(node("down"));
    registry.end("c1");
    await flushed();
    expect(reader.events.map(({ type }) => type)).toEqual([
      "call.created", "queue.joined", "call.updated", "queue.left", "call.updated", "call.supervision.started", "call.updated", "call.supervision.switched",
      "call.updated", "call.supervision.ended", "call.transfer.failed", "agent.status", "switch.status", "switch.status", "call.ended",
    ]);
    expect(numbers(reader.events)).toEqual(reader.events.map((_event, index) => index + 1));
    for (const { type, data } of reader.received) {
      if (!isEventType(type)) throw new Error(`${type} is not documented`);
      expect(EVENTS[type].data.parse(data)).toEqual(data);
    }
    expect(reader.events[1]?.data).toEqual({ queue: { name: "sales", waiting: 1 }, callId: "c1", entry: { callId: "c1", from: "+15550001", fromText: "+15550001", fromName: null, queuedAt: new Date(0).toISOString(), position: 1, priority: 0, skills: [], offeredTo: [] } });
    expect(reader.events[3]?.data).toEqual({ queue: { name: "sales", waiting: 0 }, callId: "c1", reason: "moved", agent: null });
  });

  it("reach those alone who see the call", async () => {
    const { registry, read } = await begin();
    const readers = { alice: read(alice), bob: read(bob), carol: read(carol), other: read(other), root: read(root) };
    registry.put(callView("c1", { assignedTo: "1001" }));
    registry.put(callView("c2", { assignedTo: "2001" }), 2);
    registry.put(callView("c3"), null);
    await flushed();
    const seen = Object.fromEntries(Object.entries(readers).map(([name, reader]) => [name, reader.events.map(({ data }) => (data["call"] instanceof Object && "id" in data["call"] ? data["call"].id : null))]));
    expect(seen).toEqual({ alice: ["c1"], bob: [], carol: ["c1"], other: ["c2"], root: ["c1", "c2", "c3"] });
  });

  it("take a call away from the agent who lost it and give it to the one who got it", async () => {
    const { registry, read } = await begin();
    const [a, b] = [read(alice), read(bob)];
    registry.put(callView("c1", { assignedTo: "1001" }));
    registry.put(callView("c1", { assignedTo: "1002" }));
    registry.put(callView("c1", { assignedTo: "1002", recording: true }));
    registry.end("c1");
    await flushed();
    expect(a.events.map(({ type, data }) => [type, data["callId"] ?? null])).toEqual([["call.created", null], ["call.removed", "c1"]]);
    expect(b.events.map(({ type }) => type)).toEqual(["call.updated", "call.updated", "call.ended"]);
    // One change is one event of the stream, whatever it looks like to whom.
    expect(numbers(a.events)).toEqual([1, 2]);
    expect(numbers(b.events)).toEqual([2, 3, 4]);
  });

  it("take a waiting call from every agent but the one who picks it up", async () => {
    const { registry, read } = await begin();
    const [a, b] = [read(alice), read(bob)];
    registry.put(callView("c1", { state: "queued", department: "sales" }));
    registry.put(callView("c1", { assignedTo: "1002" }));
    await flushed();
    expect(a.events.map(({ type }) => type)).toEqual(["call.created", "queue.joined", "call.removed", "queue.left"]);
    expect(b.events.map(({ type }) => type)).toEqual(["call.created", "queue.joined", "call.updated", "queue.left"]);
  });

  it("take a call of the snapshot away too", async () => {
    const { registry, read } = await begin();
    registry.put(callView("c1", { assignedTo: "1001" }));
    const a = read(alice);
    registry.put(callView("c1", { assignedTo: "1002" }));
    await flushed();
    expect(a.types).toEqual(["snapshot", "call.removed"]);
  });

  it("take a call away from the agent to whom another event alone has shown it, and from who stopped seeing it with that event", async () => {
    const { registry, read } = await begin();
    const [a, b] = [read(alice), read(bob)];
    const told = callView("c1", { assignedTo: "1001", ringing: ["1002"] });
    registry.put(callView("c1", { assignedTo: "1001" }));
    // What a transfer's ringing changes is kept back, and then another event shows it.
    registry.emit({ type: "call.transfer.failed", call: registry.subject({ view: told, organizationId: 1 }), code: "Conflict", target: "1002" });
    registry.emit({ type: "call.transfer.failed", call: registry.subject({ view: callView("c1", { assignedTo: "1001" }), organizationId: 1 }), code: "Conflict", target: "1003" });
    registry.end("c1");
    await flushed();
    expect(b.types.slice(1)).toEqual(["call.transfer.failed", "call.removed"]);
    expect(a.types.slice(1)).toEqual(["call.created", "call.transfer.failed", "call.transfer.failed", "call.ended"]);
  });

  it("hide supervision from agents wholly: no event, and no update without a difference", async () => {
    const { registry, read } = await begin();
    registry.put(callView("c1", { assignedTo: "1001" }));
    const [a, c] = [read(alice), read(carol)];
    registry.supervise("c1", "started", "1003", "listen");
    registry.supervise("c1", "switched", "1003", "whisper");
    registry.supervise("c1", "ended", "1003", "whisper");
    await flushed();
    expect(a.events).toEqual([]);
    expect(c.events).toHaveLength(6);
    registry.put(callView("c1", { assignedTo: "1001", recording: true }));
    await flushed();
    expect(a.events.map(({ type }) => type)).toEqual(["call.updated"]);
  });

  it("show supervision to the agents whose organization wants that", async () => {
    const { registry, read } = await begin({ supervisionVisible: true });
    registry.put(callView("c1", { assignedTo: "1001" }));
    const [a, b] = [read(alice), read(bob)];
    registry.supervise("c1", "started", "1003", "listen");
    await flushed();
    expect(a.events.map(({ type }) => type)).toEqual(["call.updated", "call.supervision.started"]);
    expect(a.events[1]?.data).toMatchObject({ agent: "1003", mode: "listen" });
    expect(b.events).toEqual([]);
  });

  it("tell each change of an agent to the agent and the supervisors", async () => {
    const { directory, read } = await begin();
    const readers = [read(alice), read(bob), read(carol), read(other)];
    directory.put(1, "1001", { name: "Alice" });
    directory.put(1, "1008", { name: "New" });
    directory.put(1, "1008", null);
    await flushed();
    expect(readers.map(({ events }) => events.map(({ type }) => type))).toEqual([["agent.updated"], [], ["agent.updated", "agent.created", "agent.removed"], []]);
    expect(readers[2]?.events.map(({ data }) => data)).toMatchObject([{ agent: { id: "1001", name: "Alice" } }, { agent: { id: "1008", name: "New" } }, { agent: { id: "1008" } }]);
  });

  it("tell of an agent to herself and her supervisors, of switches to supervisors", async () => {
    const { service, events, read } = await begin();
    const readers = [read(alice), read(bob), read(carol), read(other), read(root)];
    await service.setStatus(alice, "1001", { status: "online" });
    events.nodeStatus(node("down"));
    await flushed();
    expect(readers.map(({ events }) => events.map(({ type }) => type))).toEqual([["agent.status"], [], ["agent.status", "switch.status"], ["switch.status"], ["agent.status", "switch.status"]]);
  });

  it("count a caller who moves from one department to another, and those who waited before the start", async () => {
    const { registry, read, directory } = await begin();
    directory.departmentsByOrganization.set(1, ["billing", "sales"]);
    registry.put(callView("c1", { state: "queued", department: "sales" }));
    registry.put(callView("c2", { state: "queued", department: "sales" }));
    const reader = read(carol);
    expect(reader.received[0]?.data["queues"]).toMatchObject([{ name: "billing", waiting: 0 }, { name: "sales", waiting: 2 }]);
    registry.put(callView("c1", { state: "queued", department: "billing" }));
    registry.end("c2");
    await flushed();
    expect(reader.events.filter(({ type }) => type.startsWith("queue.")).map(({ type, data }) => [type, data["queue"]])).toEqual([
      ["queue.left", { name: "sales", waiting: 1 }], ["queue.joined", { name: "billing", waiting: 1 }], ["queue.left", { name: "sales", waiting: 0 }],
    ]);
  });

  it("leave out updates without a difference, but none that a reader has not seen", async () => {
    const { registry, hub, read, clock } = await begin();
    const transport = new FakeTransport();
    const first = hub.open(credential(carol), transport, null);
    const before = callView("c1");
    registry.put(before);
    registry.put({ ...before });
    registry.put({ ...before, recording: true });
    await flushed();
    expect(transport.events.map(({ type }) => type)).toEqual(["call.created", "call.updated"]);
    first.left();
    clock.advance(121_000);
    registry.put(before);
    const later = read(carol);
    registry.put({ ...before, recording: true });
    await flushed();
    expect(later.events.map(({ type }) => type)).toEqual(["call.updated"]);
  });

  it("leave nothing out when another organization's readers were there meanwhile", async () => {
    const { registry, hub, read, clock } = await begin();
    const first = hub.open(credential(carol), new FakeTransport(), null);
    read(other);
    const before = callView("c1");
    registry.put(before);
    first.left();
    clock.advance(121_000);
    registry.put({ ...before, recording: true });
    const later = read(carol);
    registry.put(before);
    await flushed();
    expect(later.events.map(({ type }) => type)).toEqual(["call.updated"]);
  });

  it("are made once, however many read, and are not kept for streams while nobody reads", async () => {
    const { registry, hub, read } = await begin();
    const views = { read: 0 };
    const update = (state: "active" | "held"): void => {
      const call = { view: callView("c1", { state }), organizationId: 1 };
      registry.emit({ type: "call.updated", call: { ...registry.subject(call), viewFor: () => ((views.read += 1), call.view), jsonFor: () => JSON.stringify(call.view) } });
    };
    update("active");
    expect(views.read).toBe(1);
    expect(hub.stats()).toMatchObject({ events: 0, ringEvents: 0 });
    const readers = [read(carol), read(root), read(carol)];
    update("held");
    await flushed();
    expect(views.read).toBe(2);
    expect(readers.map(({ events }) => events.length)).toEqual([1, 1, 1]);
    expect(hub.stats()).toMatchObject({ events: 1, ringEvents: 1 });
  });
});

describe("resuming", () => {
  it("goes on after a known id, also for what happened while nobody of hers was there", async () => {
    const { registry, read, hub, clock } = await begin();
    const transport = new FakeTransport();
    const reader = hub.open(credential(alice), transport, null);
    registry.put(callView("c1", { assignedTo: "1001" }));
    await flushed();
    reader.left();
    registry.put(callView("c1", { assignedTo: "1001", recording: true }));
    registry.put(callView("c2", { assignedTo: "1002" }));
    registry.put(callView("c1", { assignedTo: "1002" }));
    clock.advance(60_000);
    const back = read(alice, transport.lastId);
    expect(back.types).toEqual(["call.updated", "call.removed"]);
    expect(read(alice, back.lastId).types).toEqual([]);
  });

  it.each(["boot-99", "other-1", "boot-x", "", "boot-1-1", "boot-99999999999999999999"])("begins with a snapshot after the unknown id %s", async (id) => {
    const { registry, read } = await begin();
    const first = read(carol);
    registry.put(callView("c1"));
    await flushed();
    expect(first.lastId).toBe("boot-1");
    expect(read(carol, id).types[0]).toBe("snapshot");
  });

  it("begins with a snapshot when the ring has gone on", async () => {
    const { registry, read } = await begin({ limits: { ringEvents: 3 } });
    const first = read(carol);
    for (let call = 1; call <= 5; call++) registry.put(callView(`c${call}`));
    await flushed();
    expect(first.events).toHaveLength(5);
    expect(read(carol, "boot-2").types).toEqual(["call.created", "call.created", "call.created"]);
    expect(read(carol, "boot-1").types[0]).toBe("snapshot");
  });

  it("begins with a snapshot when it is not known any more, or not yet, what she saw", async () => {
    const { registry, hub, read, clock } = await begin();
    read(carol);
    registry.put(callView("c1", { assignedTo: "1001" }));
    await flushed();
    expect(read(alice, "boot-0").types).toEqual(["snapshot"]);
    const transport = new FakeTransport();
    const reader = hub.open(credential(bob), transport, null);
    reader.left();
    clock.advance(121_000);
    expect(read(bob, transport.lastId).types).toEqual(["snapshot"]);
  });

  it("keeps the ring within its bounds", async () => {
    const { registry, read, hub } = await begin({ limits: { ringEvents: 50, ringBytes: 20_000 } });
    read(carol);
    for (let call = 0; call < 5_000; call++) registry.put(callView(`c${call % 7}`, { from: String(call) }));
    const { ringEvents, ringBytes, events } = hub.stats();
    expect(events).toBe(5_000);
    expect(ringEvents).toBeLessThanOrEqual(50);
    expect(ringEvents).toBeGreaterThan(10);
    expect(ringBytes).toBeLessThanOrEqual(20_000);
  });
});

describe("readers that do not keep up", () => {
  const small = { highWater: 2_000, lagBytes: 20_000, stallMs: 30_000 } as const;

  it("are sent no more than their connection takes, and go on where they were", async () => {
    const { registry, read, hub } = await begin({ limits: small });
    const transport = new FakeTransport();
    const reader = hub.open(credential(carol), transport, null);
    const quick = read(carol);
    transport.reading = false;
    for (let call = 0; call < 30; call++) {
      registry.put(callView(`c${call}`));
      await flushed();
    }
    expect(transport.buffered).toBeLessThan(3_000);
    expect(quick.events).toHaveLength(30);
    while (transport.events.length < 30) {
      transport.drain();
      reader.pump();
      expect(transport.buffered).toBeLessThan(3_000);
    }
    expect(numbers(transport.events)).toEqual(numbers(quick.events));
    transport.reading = true;
    transport.drain();
    registry.put(callView("after"));
    await flushed();
    expect(numbers(transport.events)).toEqual(numbers(quick.events));
    expect(transport.closed).toBeNull();
  });

  it("are dropped when they are too far behind, and the others do not notice", async () => {
    const { registry, read, hub } = await begin({ limits: small });
    const [slow, quick] = [read(carol), read(carol)];
    slow.reading = false;
    for (let call = 0; call < 100; call++) {
      registry.put(callView(`c${call}`));
      await flushed();
    }
    expect(slow.closed).toBe("slow");
    expect(quick.closed).toBeNull();
    expect(quick.events).toHaveLength(100);
    expect(hub.stats()).toMatchObject({ readers: 1, dropped: { slow: 1 } });
  });

  it("are dropped when the ring has overtaken them", async () => {
    const { registry, read, clock } = await begin({ limits: { ...small, lagBytes: 10_000_000, ringEvents: 20 } });
    const slow = read(carol);
    slow.reading = false;
    for (let call = 0; call < 100; call++) {
      registry.put(callView(`c${call}`));
      await flushed();
    }
    slow.drain();
    clock.advance(1_000);
    expect(slow.closed).toBe("slow");
  });

  it("are dropped when they take nothing for 30 s", async () => {
    const { registry, read, clock } = await begin({ limits: small });
    const slow = read(carol);
    slow.reading = false;
    for (let call = 0; call < 10; call++) registry.put(callView(`c${call}`));
    await flushed();
    clock.advance(29_000);
    expect(slow.closed).toBeNull();
    clock.advance(2_000);
    expect(slow.closed).toBe("slow");
  });

  it("get a large snapshot at their own pace", async () => {
    const { registry, hub } = await begin();
    for (let call = 0; call < 3_000; call++) registry.put(callView(`c${call}`));
    const transport = new FakeTransport();
    transport.reading = false;
    const reader = hub.open(credential(carol), transport, null);
    expect(transport.buffered).toBeLessThan(200_000);
    registry.put(callView("later"));
    await flushed();
    for (let round = 0; round < 100 && transport.events.length === 0; round++) {
      transport.drain();
      reader.pump();
    }
    expect(transport.received).toHaveLength(16);
    expect(transport.received.at(-1)).toMatchObject({ type: "call.created", data: { call: { id: "later" } } });
  });

  it("that throw are dropped alone", async () => {
    const { registry, read } = await begin();
    const [broken, fine] = [read(carol), read(carol)];
    broken.throwing = true;
    registry.put(callView("c1"));
    await flushed();
    expect(broken.closed).toBe("failed");
    expect(fine.types).toEqual(["snapshot", "call.created"]);
  });

  it("are pinged, and dropped when they do not answer", async () => {
    const { read, clock } = await begin();
    const [there, gone] = [read(carol), read(carol)];
    gone.answering = false;
    clock.advance(16_000);
    expect(there.pings).toBe(1);
    expect(there.closed).toBeNull();
    expect(gone.closed).toBe("unresponsive");
  });
});

describe("streams as heartbeats", () => {
  it("keep their agent from going offline while they are open, unless their ticket says otherwise", async () => {
    const { hub, read, service, clock } = await begin({ limits: { pingMs: 1e9 } });
    for (const [who, id] of [[alice, "1001"], [bob, "1002"], [carol, "1003"]] as const) await service.setStatus(who, id, { status: "online" });
    read(alice);
    hub.open({ ...credential(bob), presence: false }, new FakeTransport(), null);
    const reader = hub.open({ ...credential(carol), presence: true }, new FakeTransport(), null);
    clock.advance(60_000);
    expect(["1001", "1002", "1003"].map((id) => service.get(carol, id).status)).toEqual(["online", "offline", "online"]);
    reader.left();
    clock.advance(29_000);
    expect(service.get(carol, "1003").status).toBe("online");
    clock.advance(2_000);
    expect(service.get(carol, "1003").status).toBe("offline");
  });
});

describe("tokens", () => {
  it("that were revoked or changed their rights end their streams within seconds; other failures do not", async () => {
    const { hub, clock } = await begin();
    const cases = [
      { who: carol, recheck: async () => carol },
      { who: alice, recheck: async () => Promise.reject(new CallplaneError("Unauthorized")) },
      { who: bob, recheck: async () => ({ ...bob, role: "supervisor" as const }) },
      { who: root, recheck: async () => Promise.reject(new Error("the database is locked")) },
    ].map(({ who, recheck }) => {
      const transport = new FakeTransport();
      hub.open(credential(who, recheck), transport, null);
      return transport;
    });
    clock.advance(6_000);
    await flushed();
    expect(cases.map(({ closed }) => closed)).toEqual([null, "unauthorized", "unauthorized", null]);
  });

  it("are checked once, however many streams they have open", async () => {
    const { hub, clock } = await begin();
    let checks = 0;
    const shared = credential(carol, async () => ((checks += 1), carol));
    for (let stream = 0; stream < 5; stream++) hub.open(shared, new FakeTransport(), null);
    clock.advance(6_000);
    await flushed();
    expect(checks).toBe(1);
  });

  it("have a limit of streams, which those who left free again", async () => {
    const { hub, read } = await begin({ limits: { readersPerToken: 2 } });
    const reader = hub.open(credential(carol), new FakeTransport(), null);
    read(carol);
    expect(() => read(carol)).toThrow(CallplaneError);
    read(actor("admin", 1));
    reader.left();
    read(carol);
  });
});

describe("closing", () => {
  it("ends every stream after what was pending, and lets go of its sources", async () => {
    const { registry, hub, events, read, clock } = await begin();
    const reader = read(carol);
    const timers = clock.timers;
    registry.put(callView("c1"));
    hub.close();
    hub.close();
    events.close();
    expect(reader.types).toEqual(["snapshot", "call.created"]);
    expect(reader.closed).toBe("shutdown");
    expect(registry.listeners).toBe(0);
    // The events tell of the directory by one of their own, which is let go with them.
    expect(clock.timers).toBe(timers - 2);
    expect(() => read(carol)).toThrow(CallplaneError);
  });
});
