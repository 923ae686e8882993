/** Calls that ended while nobody looked, and those of nodes that others look after. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { closeOpen, openByNode } from "../../src/call-logs/index.js";
import { finishRecord } from "../../src/call-logs/finish-record.js";
import { StaleCalls } from "../../src/call-logs/stale.js";
import { openStore, type Store } from "../../src/store/index.js";
import { eventually } from "../lab/wait.js";
import { silentLogger } from "../store/support.js";

const startedAt = new Date(Date.now() - 600_000);
const heardAt = new Date(Date.now() - 300_000);

let store: Store;
let stale: StaleCalls;
const start = (): Promise<StaleCalls> =>
  StaleCalls.start({
    store: store.callRecords,
    lives: store.switchLives,
    logger: silentLogger(),
    isLive: () => false,
    hasLeg: () => false,
    flush: () => Promise.resolve(),
    scan: null,
    graceMs: 0,
  });
beforeEach(async () => {
  store = await openStore(":memory:");
  stale = await start();
});
afterEach(async () => {
  await stale.close();
  await store.close();
});

async function open(id: string, node: string, coreUuid: string): Promise<void> {
  await store.callRecords.transaction(async (tx) => {
    await tx.saveRecord({ id, organizationId: null, direction: "inbound", from: "15550001", to: "1001", department: null, agentId: null, status: "in-progress", startedAt, answeredAt: startedAt, endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node, complete: false });
    await tx.saveLeg({ coreUuid, channelUuid: id, callId: id, node, role: "customer", direction: "inbound", name: null, sipCallId: null, ring: null, agentId: null, number: "15550001", startedAt, answeredAt: startedAt, endedAt: null, hangupCause: null, source: "events" });
  });
}
const leg = async (id: string) => (await store.callRecords.transaction((tx) => tx.legs(id)))[0];
const connect = (node: string, coreUuid: string): void => stale.sink.snapshot(node, { coreUuid, channels: [], registrations: [], afterSequence: 0, reason: "connect" });

it.each([false, true])("a leg lost with its FreeSWITCH ends at the last heartbeat (Callplane restarted: %s)", async (restarted) => {
  await open("c", "a", "old");
  stale.sink.event("a", { kind: "heartbeat", coreUuid: "old", timestampUs: heardAt.getTime() * 1000 });
  if (restarted) {
    await stale.close();
    stale = await start();
  }
  connect("a", "new");
  await eventually("the end", async () => (await store.callRecords.openLegs()).length === 0);
  expect(await leg("c")).toMatchObject({ source: "node_lost", endedAt: heardAt });
});

it("what was stored of another call after the last heartbeat is a sign of life too", async () => {
  const later = new Date(heardAt.getTime() + 9000);
  await open("quiet", "a", "old");
  await open("answered", "a", "old");
  await store.callRecords.transaction((tx) => tx.addTimeline({ callId: "answered", at: later, type: "held", agentId: "1001", detail: {} }));
  stale.sink.event("a", { kind: "heartbeat", coreUuid: "old", timestampUs: heardAt.getTime() * 1000 });
  connect("a", "new");
  await eventually("the end", async () => (await store.callRecords.openLegs()).length === 0);
  expect([await leg("quiet"), await leg("answered")]).toMatchObject([{ endedAt: later }, { endedAt: later }]);
});

it("the record of a call that ended while Callplane was down is told to be finished, once", async () => {
  const told: string[] = [];
  store.callRecords.onFinished(({ id }) => told.push(id));
  await open("c", "a", "core");
  connect("a", "core");
  await eventually("the end", async () => (await store.callRecords.open()).length === 0);
  expect(told).toEqual(["c"]);
  // Another look, and what is heard of it later.
  connect("a", "core");
  await stale.close();
  await store.callRecords.transaction((tx) => finishRecord(tx, "c"));
  expect(told).toEqual(["c"]);
});

it("what is open of nodes that this process is told nothing of stays open, whatever they are called", async () => {
  await open("mine", "a", "old");
  await open("another's", "b", "core of b");
  await open("nobody's", "gone", "core of gone");
  connect("a", "new");
  await eventually("the end of its own", async () => (await store.callRecords.open()).length === 2);
  await stale.close();
  expect((await store.callRecords.open()).map(({ id }) => id).sort()).toEqual(["another's", "nobody's"]);
  expect(await openByNode(store.callRecords)).toEqual(new Map([["b", 1], ["gone", 1]]));
});

it("a node that was given another name is known by its FreeSWITCH", async () => {
  await open("c", "old name", "core");
  connect("new name", "core");
  await eventually("the end", async () => (await store.callRecords.open()).length === 0);
  expect(await leg("c")).toMatchObject({ source: "events" });
});

it("an operator closes what is open of a node that is no more, at its last sign of life", async () => {
  await open("c", "gone", "core");
  await open("other", "b", "core of b");
  await store.callRecords.transaction(async (tx) => {
    const record = await tx.record("c");
    if (record !== undefined) await tx.saveRecord({ ...record, id: "without legs" });
  });
  await store.switchLives.seen({ coreUuid: "core", node: "gone", seenAt: heardAt });
  expect(await closeOpen(store, "gone")).toBe(2);
  expect(await leg("c")).toMatchObject({ source: "node_lost", endedAt: heardAt });
  expect(await store.callRecords.get("without legs")).toMatchObject({ endedAt: startedAt, hungUpBy: "system" });
  expect((await store.callRecords.open()).map(({ id }) => id)).toEqual(["other"]);
  expect(await closeOpen(store, "gone")).toBe(0);
});

it("a record without legs that an operator has closed is told once, also when FreeSWITCH's record of it comes later", async () => {
  const told: string[] = [];
  store.callRecords.onFinished(({ id }) => told.push(id));
  await open("c", "gone", "core");
  const withoutLegs = await store.callRecords.get("c");
  if (withoutLegs === undefined) throw new Error("the record is missing");
  await store.callRecords.transaction((tx) => tx.saveRecord({ ...withoutLegs, id: "late" }));
  await closeOpen(store, "gone");
  expect(told).toEqual(["c", "late"]);
  const [customer] = await store.callRecords.transaction((tx) => tx.legs("c"));
  if (customer === undefined) throw new Error("the leg is missing");
  await store.callRecords.transaction(async (tx) => {
    await tx.saveLeg({ ...customer, channelUuid: "late", callId: "late", endedAt: heardAt, source: "cdr" });
    expect(await finishRecord(tx, "late")).toBe(true);
  });
  expect(told).toEqual(["c", "late"]);
  expect((await store.callRecords.transaction((tx) => tx.timeline("late"))).map(({ type, at }) => [type, at])).toEqual([["ended", heardAt]]);
});
