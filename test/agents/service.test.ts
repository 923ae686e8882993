import { describe, expect, it } from "vitest";
import { CallplaneError } from "../../src/errors.js";
import type { MemoryStatusStore} from "./support.js";
import { actor, leg, MemoryDirectory, organizationOf, registration, registrationRow, snapshotOf, stage } from "./support.js";

const alice = actor("agent", 1, "1001");
const carol = actor("supervisor", 1);
const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof CallplaneError) return error.code;
    throw error;
  }
  return "none";
};

describe("agents: who may see and set whom", () => {
  it("refuses in the order 400, 404, 403", async () => {
    const { service } = await stage();
    expect(await codeOf(() => service.setStatus(alice, "nobody", { status: "inCall" }))).toBe("InvalidParameter");
    expect(await codeOf(() => service.setStatus(alice, "nobody", { status: "online" }))).toBe("NotFound");
    expect(await codeOf(() => service.setStatus(alice, "1002", { status: "online" }))).toBe("Forbidden");
    expect(await codeOf(() => service.setStatus(alice, "2002", { status: "online" }))).toBe("NotFound");
    expect(await codeOf(() => service.setStatus(alice, "1001", { status: "online" }))).toBe("none");
    await service.close();
  });

  it.each(["supervisor", "admin", "service"] as const)("lets a %s act on everyone of the organization and no one else", async (role) => {
    const { service } = await stage();
    const who = actor(role, 1);
    expect(await codeOf(() => service.setStatus(who, "1002", { status: "away" }))).toBe("none");
    expect(service.get(who, "1002").status).toBe("away");
    expect(await codeOf(() => service.get(who, "2002"))).toBe("NotFound");
    expect(await codeOf(() => service.heartbeat(who, "2002"))).toBe("NotFound");
    expect(await codeOf(() => service.heartbeat(alice, "1002"))).toBe("Forbidden");
    await service.close();
  });

  it("keeps agents of the same id in two organizations apart, also for root", async () => {
    const { service } = await stage();
    const root = actor("root", null);
    await service.setStatus(actor("admin", 2), "1001", { status: "online" });
    expect(service.get(carol, "1001").status).toBe("offline");
    expect(await codeOf(() => service.get(root, "1001"))).toBe("InvalidParameter");
    expect(service.get(root, "1001@two.example").status).toBe("online");
    expect(service.get(root, "2002").id).toBe("2002");
    await service.close();
  });

  it("lists an agent herself alone, and the organization page by page to others", async () => {
    const { service } = await stage();
    expect(service.list(alice, {}).items.map(({ id }) => id)).toEqual(["1001"]);
    const first = service.list(carol, { limit: 2 });
    expect(first).toMatchObject({ total: 3, items: [{ id: "1001", extension: "1001" }, { id: "1002" }] });
    expect(service.list(carol, { limit: 2, cursor: first.next ?? "" })).toMatchObject({ total: 3, items: [{ id: "anna", extension: "1003" }], next: null });
    expect(service.list(actor("root", null), {}).items).toHaveLength(5);
    expect(service.list(actor("agent", 1), {}).items).toEqual([]);
    for (const page of [{ cursor: "" }, { cursor: "%%" }, { cursor: Buffer.from("x/1001").toString("base64url") }]) {
      expect(await codeOf(() => service.list(carol, page))).toBe("InvalidParameter");
    }
    await service.close();
  });

  it("searches them, narrows them by department and status, and sorts them", async () => {
    const agents = [{ id: "1001", name: "Zoe", departments: ["sales"] }, { id: "1002", name: "Adam", departments: ["support"] }, { id: "1003", name: "Mia", departments: ["sales", "support"] }];
    const { service } = await stage({ directory: new MemoryDirectory([organizationOf(1, "one.example")], agents.map((agent) => ({ org: 1, ...agent }))) });
    const ids = (query: object): readonly string[] => service.list(carol, query).items.map(({ id }) => id);
    expect([ids({ sort: "name" }), ids({ sort: "-name" }), ids({ sort: "-id" })]).toEqual([["1002", "1003", "1001"], ["1001", "1003", "1002"], ["1003", "1002", "1001"]]);
    expect([ids({ q: "MI" }), ids({ q: "003" }), ids({ department: "sales" }), ids({ q: "nobody" })]).toEqual([["1003"], ["1003"], ["1001", "1003"], []]);
    await service.setStatus(carol, "1002", { status: "away" });
    expect([ids({ status: "away" }), ids({ status: "away", department: "sales" })]).toEqual([["1002"], []]);
    const first = service.list(carol, { sort: "name", limit: 2 });
    expect(ids({ sort: "name", cursor: first.next ?? "" })).toEqual(["1001"]);
    await service.close();
  });

  it("pages through 10,000 agents completely and in order", async () => {
    const directory = new MemoryDirectory([organizationOf(1, "one.example")], Array.from({ length: 10_000 }, (_, index) => ({ org: 1, id: String(20_000 - index) })));
    const { service } = await stage({ directory });
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = service.list(carol, { limit: 1000, ...(cursor === null ? {} : { cursor }) });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null);
    expect(ids).toEqual(Array.from({ length: 10_000 }, (_, index) => String(10_001 + index)));
    await service.close();
  });
});

describe("agents: heartbeats", () => {
  it("sets offline who asked to be online and was silent for 30 s", async () => {
    const { service, clock, changes, store } = await stage();
    await service.setStatus(alice, "1001", { status: "online" });
    clock.advance(29_000);
    expect(service.get(alice, "1001").status).toBe("online");
    clock.advance(1_000);
    expect(service.get(alice, "1001").status).toBe("offline");
    expect(changes.map(({ agent, cause }) => [agent.status, cause])).toEqual([["online", "request"], ["offline", "heartbeat"]]);
    await service.close();
    expect(store.records.map(({ status, cause }) => [status, cause])).toEqual([["online", "request"], ["offline", "heartbeat"]]);
  });

  it("keeps her online while heartbeats come, and does not bring her back when they return", async () => {
    const { service, clock } = await stage();
    await service.setStatus(alice, "1001", { status: "online" });
    for (let beat = 0; beat < 10; beat++) {
      clock.advance(25_000);
      await service.heartbeat(alice, "1001");
    }
    expect(service.get(alice, "1001").status).toBe("online");
    clock.advance(30_000);
    await service.heartbeat(alice, "1001");
    expect(service.get(alice, "1001").status).toBe("offline");
    await service.close();
  });

  it("keeps who talks in the call, and counts anew when it is over, at the configured pace", async () => {
    const { service, clock, calls } = await stage({ heartbeatMs: 2_000, missedHeartbeats: 2 });
    await service.setStatus(alice, "1001", { status: "online" });
    calls.tell("call.created", "c1", 1, [leg("1001", "active")]);
    clock.advance(60_000);
    expect(service.get(carol, "1001")).toMatchObject({ status: "inCall", calls: ["c1"] });
    calls.tell("call.ended", "c1", 1, []);
    clock.advance(3_000);
    expect(service.get(carol, "1001").status).toBe("online");
    clock.advance(1_000);
    expect(service.get(carol, "1001").status).toBe("offline");
    await service.close();
  });

  it("takes an open stream for heartbeats, and counts anew when the last is gone", async () => {
    const { service, clock } = await stage();
    await service.setStatus(alice, "1001", { status: "online" });
    const gone = [service.present(1, "1001"), service.present(1, "1001")];
    clock.advance(600_000);
    expect(service.get(alice, "1001").status).toBe("online");
    gone[0]?.();
    clock.advance(600_000);
    gone[1]?.();
    clock.advance(29_000);
    expect(service.get(alice, "1001").status).toBe("online");
    clock.advance(1_000);
    expect(service.get(alice, "1001").status).toBe("offline");
    service.present(1, "nobody")();
    await service.close();
  });
});

describe("agents: calls", () => {
  it("is inCall from the answer, not from the ringing, to the last call's end", async () => {
    const { service, calls, changes } = await stage();
    await service.setStatus(alice, "1001", { status: "online" });
    calls.tell("call.created", "c1", 1, [leg("1001", "ringing")]);
    expect(service.get(alice, "1001")).toMatchObject({ status: "online", calls: ["c1"] });
    calls.tell("call.updated", "c1", 1, [leg("1001", "active")]);
    calls.tell("call.updated", "c1", 1, [leg("1001", "held")]);
    calls.tell("call.created", "c2", 1, [leg("1001", "active")]);
    calls.tell("call.ended", "c1", 1, []);
    expect(service.get(alice, "1001")).toMatchObject({ status: "inCall", calls: ["c2"] });
    await service.setStatus(alice, "1001", { status: "away" });
    calls.tell("call.ended", "c2", 1, []);
    expect(service.get(alice, "1001")).toMatchObject({ status: "away", calls: [] });
    expect(changes.filter(({ type }) => type === "agent.status").map(({ agent, cause }) => [agent.status, cause])).toEqual([["online", "request"], ["inCall", "call"], ["away", "call"]]);
    await service.close();
  });

  it("is inCall while she dials", async () => {
    const { service, calls } = await stage();
    calls.tell("call.created", "c1", 1, [leg("1001", "ringing", { dialled: true })]);
    expect(service.get(alice, "1001").status).toBe("inCall");
    await service.close();
  });

  it("leaves when the call goes on without her, and takes in the one who has it now", async () => {
    const { service, calls } = await stage();
    await service.setStatus(carol, "1001", { status: "online" });
    await service.setStatus(carol, "1002", { status: "online" });
    calls.tell("call.created", "c1", 1, [leg("1001", "active")]);
    calls.tell("call.updated", "c1", 1, [leg("1001", "active"), leg("1002", "ringing")]);
    expect(service.get(carol, "1002").status).toBe("online");
    calls.tell("call.updated", "c1", 1, [leg("1002", "active")]);
    expect(service.get(carol, "1001")).toMatchObject({ status: "online", calls: [] });
    expect(service.get(carol, "1002")).toMatchObject({ status: "inCall", calls: ["c1"] });
    await service.close();
  });

  it("takes no agent from a call without an organization", async () => {
    const { service, calls } = await stage();
    calls.tell("call.created", "c1", null, [leg("1001", "active")]);
    expect(service.get(carol, "1001").status).toBe("offline");
    await service.close();
  });

  it("contains a listener that throws", async () => {
    const { service, changes } = await stage();
    service.onChange(() => {
      throw new Error("listener");
    });
    const later: string[] = [];
    service.onChange((change) => later.push(change.type));
    await service.setStatus(alice, "1001", { status: "online" });
    expect(changes).toHaveLength(1);
    expect(later).toEqual(["agent.status"]);
    await service.close();
  });
});

describe("agents: registrations", () => {
  it("sets offline at the loss of the last phone only, after the grace time", async () => {
    const { service, changes, feed, clock } = await stage();
    await service.setStatus(alice, "1001", { status: "online" });
    feed.event("fs1", registration("register", "1001", { callId: "a", contact: "<sip:a@h>" }));
    feed.event("fs1", registration("register", "1001", { callId: "b", contact: "<sip:b@h>" }));
    expect(service.get(alice, "1001")).toMatchObject({ registered: true, phones: [{ contact: "sip:a@h", address: "192.0.2.9:5090", userAgent: "Softphone 1" }, { contact: "sip:b@h" }] });
    feed.event("fs1", registration("unregister", "1001", { callId: "a", contact: "<sip:a@h>" }));
    expect(service.get(alice, "1001")).toMatchObject({ status: "online", registered: true });
    feed.event("fs1", registration("expire", "1001", { callId: "b", contact: "<sip:b@h>" }));
    expect(service.get(alice, "1001")).toMatchObject({ status: "online", registered: false, phones: [] });
    clock.advance(15_000);
    expect(service.get(alice, "1001")).toMatchObject({ status: "offline", registered: false, phones: [] });
    expect(changes.map(({ type, cause }) => [type, cause])).toEqual([
      ["agent.status", "request"], ["agent.registered", "registration"], ["agent.registered", "registration"],
      ["agent.unregistered", "registration"], ["agent.unregistered", "registration"], ["agent.status", "registration"],
    ]);
    await service.close();
  });

  it("keeps the status of an agent whose phone is back within the grace time, and offers the agent nothing meanwhile", async () => {
    const { service, changes, feed, clock } = await stage({ registrationGraceMs: 5_000 });
    feed.event("fs1", registration("register", "1001"));
    await service.setStatus(alice, "1001", { status: "online" });
    const idle: (string | null)[] = [];
    service.onIdleChange(() => idle.push(service.idleSince(1, "1001")?.toISOString() ?? null));
    feed.event("fs1", registration("expire", "1001"));
    clock.advance(4_000);
    feed.event("fs1", registration("register", "1001", { callId: "anew" }));
    clock.advance(10_000);
    expect(service.get(alice, "1001")).toMatchObject({ status: "online", registered: true });
    expect(idle).toEqual([null, service.get(alice, "1001").since]);
    expect(changes.filter(({ type }) => type === "agent.status")).toHaveLength(1);
    await service.close();
  });

  it("leaves an agent whose phone is back later offline, until the agent goes online", async () => {
    const { service, feed, clock } = await stage({ registrationGraceMs: 5_000 });
    feed.event("fs1", registration("register", "1001"));
    await service.setStatus(alice, "1001", { status: "online" });
    feed.event("fs1", registration("unregister", "1001"));
    clock.advance(5_000);
    feed.event("fs1", registration("register", "1001"));
    expect(service.get(alice, "1001")).toMatchObject({ status: "offline", registered: true });
    expect((await service.history(alice, "1001"))[0]).toMatchObject({ status: "offline", cause: "registration" });
    await service.setStatus(alice, "1001", { status: "online" });
    expect(service.get(alice, "1001").status).toBe("online");
    await service.close();
  });

  it.each(["lost", "back"] as const)("does not touch a call in progress; after it the grace time begins, and the phone is %s", async (outcome) => {
    const { service, feed, clock, calls } = await stage({ heartbeatMs: 1_000_000, registrationGraceMs: 5_000 });
    feed.event("fs1", registration("register", "1001"));
    await service.setStatus(alice, "1001", { status: "away" });
    calls.tell("call.created", "c1", 1, [leg("1001", "active")]);
    feed.event("fs1", registration("unregister", "1001"));
    clock.advance(63_000);
    expect(service.get(alice, "1001").status).toBe("inCall");
    calls.tell("call.ended", "c1", 1, []);
    clock.advance(4_000);
    expect(service.get(alice, "1001").status).toBe("away");
    if (outcome === "back") feed.event("fs1", registration("register", "1001"));
    clock.advance(1_000);
    expect(service.get(alice, "1001").status).toBe(outcome === "back" ? "away" : "offline");
    await service.close();
  });

  it("finds the agent by her extension in her organization's domain", async () => {
    const { service, feed } = await stage();
    feed.event("fs1", registration("register", "1003"));
    feed.event("fs1", registration("register", "1001", { domain: "two.example" }));
    feed.event("fs1", registration("register", "1002", { domain: "elsewhere.example" }));
    expect(service.list(carol, {}).items.map(({ id, registered }) => [id, registered])).toEqual([["1001", false], ["1002", false], ["anna", true]]);
    expect(service.get(actor("admin", 2), "1001").registered).toBe(true);
    await service.close();
  });

  it("keeps phones of a node that is away, and takes its next snapshot as the truth", async () => {
    const { service, clock, feed, ready } = await stage({ heartbeatMs: 1_000_000 });
    await service.setStatus(alice, "1001", { status: "online" });
    ready.add("fs1");
    feed.event("fs1", registration("register", "1001", { expiresS: 60 }));
    ready.delete("fs1");
    clock.advance(600_000);
    expect(service.get(alice, "1001")).toMatchObject({ status: "online", registered: true });
    feed.snapshot("fs1", snapshotOf([]));
    expect(service.get(alice, "1001")).toMatchObject({ status: "online", registered: false });
    clock.advance(15_000);
    expect(service.get(alice, "1001")).toMatchObject({ status: "offline", registered: false });
    await service.close();
  });

  it("sweeps a registration that expired without an event on a node that is ready", async () => {
    const { service, clock, feed, ready } = await stage({ heartbeatMs: 1_000_000 });
    ready.add("fs1");
    feed.event("fs1", registration("register", "1001", { expiresS: 60 }));
    clock.advance(140_000);
    expect(service.get(alice, "1001").registered).toBe(true);
    clock.advance(30_000);
    expect(service.get(alice, "1001").registered).toBe(false);
    await service.close();
  });
});

describe("agents: a restart", () => {
  const before = async (): Promise<MemoryStatusStore> => {
    const first = await stage();
    first.feed.event("fs1", registration("register", "1001"));
    first.feed.event("fs1", registration("register", "1002"));
    for (const id of ["1001", "1002", "anna"]) await first.service.setStatus(carol, id, { status: "online" });
    first.calls.tell("call.created", "c1", 1, [leg("1002", "active")]);
    first.calls.tell("call.created", "c2", 1, [leg("anna", "active")]);
    await first.service.setStatus(carol, "1002", { status: "away" });
    await first.service.close();
    return first.store;
  };
  const statuses = (service: { list(who: typeof carol, page: object): { items: readonly { id: string; status: string }[] } }) => service.list(carol, {}).items.map(({ id, status }) => [id, status]);

  it("restores every status and leaves it alone until the switches have told", async () => {
    const { service, feed } = await stage({ store: await before(), nodes: ["fs1", "fs2"] });
    const restored = [["1001", "online"], ["1002", "inCall"], ["anna", "inCall"]];
    expect(statuses(service)).toEqual(restored);
    feed.snapshot("fs1", snapshotOf([registrationRow("1002")]));
    expect(statuses(service)).toEqual(restored);
    await service.close();
  });

  it("corrects after the last node's first snapshot: calls that ended, phones that went", async () => {
    const { service, calls, store, feed, clock } = await stage({ store: await before() });
    calls.tell("call.created", "c2", 1, [leg("anna", "active")]);
    feed.snapshot("fs1", snapshotOf([registrationRow("1002")]));
    clock.advance(15_000);
    // 1001's phone went; 1002's call ended and she had asked for away; anna's call lives, and she never had a phone.
    expect(statuses(service)).toEqual([["1001", "offline"], ["1002", "away"], ["anna", "inCall"]]);
    calls.tell("call.ended", "c2", 1, []);
    expect(service.get(carol, "anna").status).toBe("online");
    await service.close();
    expect((await store.latest()).map(({ agentId, status, cause }) => [agentId, status, cause]).sort()).toEqual([["1001", "offline", "registration"], ["1002", "away", "system"], ["anna", "online", "call"]]);
  });

  it.each([["within", "online"], ["after", "offline"]] as const)("in the grace time of a lost phone begins it anew, from the switches' word: a phone that is back %s it leaves the agent %s", async (when, status) => {
    const first = await stage();
    first.feed.event("fs1", registration("register", "1001"));
    await first.service.setStatus(carol, "1001", { status: "online" });
    first.feed.event("fs1", registration("unregister", "1001"));
    first.clock.advance(10_000);
    await first.service.close();
    const { service, clock, feed } = await stage({ store: first.store });
    clock.advance(14_000);
    await service.heartbeat(carol, "1001");
    feed.snapshot("fs1", snapshotOf([]));
    clock.advance(when === "within" ? 14_000 : 15_000);
    feed.event("fs1", registration("register", "1001"));
    clock.advance(2_000);
    expect(service.get(carol, "1001")).toMatchObject({ status, registered: true });
    await service.close();
  });

  it("does not wait without end for a node that never comes", async () => {
    const { service, clock, feed } = await stage({ store: await before(), nodes: ["fs1", "gone"], heartbeatMs: 1_000_000, readyLimitMs: 60_000 });
    clock.advance(300_000);
    expect(service.get(carol, "1002").status).toBe("inCall");
    feed.snapshot("fs1", snapshotOf([registrationRow("1001"), registrationRow("1002")]));
    clock.advance(59_000);
    expect(service.get(carol, "1002").status).toBe("inCall");
    clock.advance(1_000);
    expect(statuses(service)).toEqual([["1001", "online"], ["1002", "away"], ["anna", "online"]]);
    await service.close();
  });

  it("counts heartbeats anew", async () => {
    const { service, clock, feed } = await stage({ store: await before() });
    clock.advance(29_000);
    await service.heartbeat(alice, "1001");
    clock.advance(10_000);
    // Calls of before the restart are signs of life too, until the nodes say that they are over.
    expect(statuses(service)).toEqual([["1001", "online"], ["1002", "inCall"], ["anna", "inCall"]]);
    feed.snapshot("fs1", snapshotOf([registrationRow("1001"), registrationRow("1002")]));
    await service.heartbeat(alice, "1001");
    clock.advance(29_000);
    await service.heartbeat(alice, "1001");
    expect(statuses(service)).toEqual([["1001", "online"], ["1002", "away"], ["anna", "online"]]);
    clock.advance(2_000);
    expect(statuses(service)).toEqual([["1001", "online"], ["1002", "offline"], ["anna", "offline"]]);
    await service.close();
  });
});

describe("agents: storing and closing", () => {
  it("goes on when the store fails", async () => {
    const { service, store } = await stage();
    store.failing = true;
    await service.setStatus(alice, "1001", { status: "online" });
    store.failing = false;
    await service.setStatus(alice, "1001", { status: "away" });
    expect(service.get(alice, "1001").status).toBe("away");
    await service.close();
    expect(store.statuses("1001")).toEqual(["away"]);
  });

  it("has stored a status when setStatus resolves", async () => {
    const { service, store, clock } = await stage();
    await service.setStatus(alice, "1001", { status: "away" });
    expect(store.records).toEqual([{ organizationId: 1, agentId: "1001", status: "away", reason: null, since: new Date(clock.now()), cause: "request", after: null, afterReason: null, next: null, nextReason: null, nextAfter: null, asked: null, registered: false, until: null, idleSince: new Date(clock.now()), department: null, callId: null }]);
    await service.close();
  });

  it("lets go of everything when it is closed, twice if asked", async () => {
    const { service, calls, clock, feed } = await stage({ nodes: ["fs1", "fs2"] });
    feed.snapshot("fs1", snapshotOf([]));
    expect(calls.listeners).toBe(1);
    expect(clock.timers).toBeGreaterThan(0);
    await service.close();
    await service.close();
    expect(calls.listeners).toBe(0);
    expect(clock.timers).toBe(0);
  });
});
