/** Words about a call that come in another order than what they are about, or again. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { openStore, type Store } from "../../src/store/index.js";
import { departmentOfMessage } from "../../src/queues/index.js";
import { act, leg, openRecorder, toEnd, traced, type Told } from "./traced.js";

let store: Store;
let told: Told;

beforeEach(async () => {
  store = await openStore(":memory:");
  told = openRecorder(store);
});
afterEach(async () => {
  await told.recorder.close();
  await store.close();
});

const hangup = act("call", { action: "hangup", detail: {} });
const hungUpBy = async (): Promise<string | null | undefined> => (await store.callRecords.get("call"))?.hungUpBy;
const timeline = () => store.callRecords.transaction((tx) => tx.timeline("call"));
const types = async (): Promise<string[]> => (await timeline()).map(({ type }) => type);
const endsBy = async (): Promise<unknown[]> => (await timeline()).filter(({ type }) => type === "ended").map(({ detail }) => detail["by"]);
/** Another process takes over from this one. */
async function again(): Promise<void> {
  await told.recorder.close();
  told = openRecorder(store);
}

it("who asked for the end of a call has ended it, told before the end was written", async () => {
  told.trace(traced("call"));
  await told.act(hangup);
  toEnd(told, "call");
  await told.recorder.flush();
  expect([await hungUpBy(), await endsBy()]).toEqual(["agent", ["agent"]]);
});

it("who asked for the end of a call has ended it, told after the end was written", async () => {
  toEnd(told, "call");
  await told.recorder.flush();
  expect(await hungUpBy()).toBe("system");
  await told.act(hangup);
  expect([await hungUpBy(), await endsBy()]).toEqual(["agent", ["agent"]]);
});

it("a call is forgotten once its end is written, whenever somebody's act upon it is told", async () => {
  for (let turns = 0; turns < 40; turns++) {
    const id = `call ${turns}`;
    toEnd(told, id);
    const flushed = told.recorder.flush();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await Promise.all([told.act(act(id)), flushed]);
  }
  await told.recorder.flush();
  expect(Array.from({ length: 40 }, (_, turns) => `call ${turns}`).filter((id) => told.recorder.isLive(id))).toEqual([]);
});

it("what is told of a call that goes on through a restart is told once", async () => {
  const [talking] = [traced("call")];
  told.trace({ ...talking, state: "queued", answeredAt: null, queue: "support", owner: null });
  told.trace({ ...talking, state: "queued", answeredAt: null, queue: "support", owner: null, ringing: ["1001"] });
  await again();
  told.trace({ ...talking, state: "queued", answeredAt: null, queue: "support", owner: null, ringing: ["1001"] });
  told.trace(talking);
  await again();
  told.trace(talking);
  told.trace({ ...talking, state: "held" });
  await again();
  told.trace({ ...talking, state: "held" });
  await again();
  told.trace(talking);
  await told.recorder.flush();
  expect(await types()).toEqual(["queued", "ringing", "answered", "held", "resumed"]);
});

it.each([["once that is written", true], ["while that is written", false]])("a caller who is found before it is known that the call waits, and waits %s, is told to wait once", async (_when, written) => {
  const waiting = traced("call", { state: "queued", answeredAt: null, queue: "support", owner: null });
  told.trace(waiting);
  await again();
  told.trace({ ...waiting, state: "ringing", queue: null });
  const flushed = told.recorder.flush();
  if (written) await flushed;
  else await Promise.resolve();
  told.trace(waiting);
  await flushed;
  await told.recorder.flush();
  expect(await types()).toEqual(["queued"]);
});

it("a recording under any name keeps its id, its row and its first word through a restart", async () => {
  const path = "/recordings/by line +1 (212):5@a b%41.wav";
  const recorded = (id: string) => {
    const call = traced(id);
    return { ...call, legs: call.legs.map((each, index) => (index === 0 ? { ...each, recordings: [path] } : each)) };
  };
  told.trace(recorded("call"));
  await again();
  told.trace(recorded("call"));
  await again();
  told.trace(recorded("call"));
  told.trace(traced("call"));
  await told.recorder.flush();
  const rows = await store.callRecords.transaction((tx) => tx.recordings("call"));
  expect(rows).toMatchObject([{ path, startedBy: "switch" }]);
  expect(rows[0]?.endedAt).not.toBeNull();
  const recordings = (await timeline()).filter(({ type }) => type === "recorded").map(({ detail }) => detail);
  expect(recordings).toEqual([{ action: "started", recording: rows[0]?.id }, { action: "stopped", recording: rows[0]?.id }]);
});

it("who asked for a recording is known, told before its first word or after its row", async () => {
  const id = "11111111-2222-4333-8444-555555555555-1750000000000000";
  const call = traced("call");
  const recorded = { ...call, legs: [{ ...call.legs[0] ?? expect.fail("no leg"), recordings: [`/recordings/${id}.wav`] }] };
  const starter = async (): Promise<string | undefined> => (await store.callRecords.recording(id))?.startedBy;
  told.trace(call);
  await told.act(act("call", { action: "record", detail: { action: "start", id } }));
  told.trace(recorded);
  await told.recorder.flush();
  expect(await starter()).toBe("alice");
  await told.act(act("call", { actor: "bob", action: "record", detail: { action: "start", id } }));
  expect(await starter()).toBe("bob");
});

it.each([["department:sales", {}, "user:department:sales", null], ["user:department:sales", {}, "user:user:department:sales", null], ["policy", {}, "user:policy", null], ["system", { department: "sales" }, "department:sales", "sales"]])(
  "what %s records with %j is begun by %s, and a message to %s", async (actor, detail, starter, department) => {
    const id = "11111111-2222-4333-8444-555555555555-1750000000000000";
    const call = traced("call");
    told.trace(call);
    await told.act(act("call", { actor, action: "record", detail: { ...detail, action: "start", id } }));
    told.trace({ ...call, legs: [{ ...call.legs[0] ?? expect.fail("no leg"), recordings: [`/recordings/${id}.wav`] }] });
    await told.recorder.flush();
    const known = await store.callRecords.recording(id);
    expect(known?.startedBy).toBe(starter);
    expect(departmentOfMessage(known?.startedBy ?? "")).toBe(department);
  },
);

it("an act on a call that has gone into another one is that one's", async () => {
  told.trace(traced("gone"));
  told.trace(traced("call", { aliases: ["gone"] }));
  await told.act(act("gone"));
  expect(await types()).toEqual(expect.arrayContaining(["answered", "joined", "transferred"]));
  expect(await store.callRecords.get("gone")).toBeUndefined();
});

it("a call whose node is followed no more keeps its record open, and goes on in it when the node is followed again", async () => {
  told.trace(traced("call"));
  told.trace(traced("elsewhere", { node: "fs2", legs: [leg("far", { node: "fs2" })] }));
  told.recorder.forget("fs1");
  expect([told.recorder.isLive("call"), told.recorder.isLive("elsewhere"), told.recorder.hasLeg("core", "call one"), told.recorder.hasLeg("core", "far")]).toEqual([false, true, false, true]);
  await told.recorder.flush();
  expect(await store.callRecords.get("call")).toMatchObject({ endedAt: null });
  told.trace(traced("call"));
  toEnd(told, "call");
  await told.recorder.flush();
  expect((await store.callRecords.get("call"))?.endedAt).not.toBeNull();
  expect((await types()).filter((type) => type === "answered")).toHaveLength(1);
});
