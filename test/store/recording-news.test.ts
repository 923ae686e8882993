/** What becomes of a recording is told once it is committed, as it is stored then. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { CallRecord, RecordingNews, RecordingRecord } from "../../src/call-logs/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { SqliteEngine } from "../../src/store/sqlite/engine.js";

let store: Store;
let told: RecordingNews[];
let organizationId: number;
beforeEach(async () => {
  store = await openStore(":memory:");
  ({ id: organizationId } = await store.organizations.create({ name: "acme", domain: "acme.example" }));
  told = [];
  store.callRecords.onRecording((news) => void told.push(news));
});
afterEach(() => store.close());

const AT = new Date("2026-01-01T00:00:00Z");
const END = new Date("2026-01-01T00:01:00Z");
const call = (id: string): CallRecord => ({ id, organizationId, direction: "inbound", from: "1", to: "2", department: null, agentId: "1001", status: "in-progress", startedAt: AT, answeredAt: AT, endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "a", complete: false });
const recording = (changes: Partial<RecordingRecord> = {}): RecordingRecord => ({ id: randomUUID(), callId: "call", organizationId, node: "a", path: "/a.wav", startedBy: "switch", startedAt: AT, endedAt: null, removedAt: null, ...changes });
const save = (one: RecordingRecord): Promise<void> => store.callRecords.transaction((tx) => tx.saveRecording(one));
const types = (): readonly string[] => told.splice(0).map(({ type }) => type);

it("tells its beginning, its end, who began it and its removal, with its call and whose list shows it", async () => {
  await store.callRecords.transaction((tx) => tx.saveRecord(call("call")));
  const made = recording();
  await save(made);
  expect(told).toMatchObject([{ type: "started", recording: { ...made, call: { agentId: "1001", from: "1" } }, agents: ["1001"] }]);
  expect(types()).toEqual(["started"]);
  await save(made);
  expect(types()).toEqual([]);
  await save({ ...made, startedBy: "alice" });
  expect(types()).toEqual(["updated"]);
  await save({ ...made, startedBy: "alice", endedAt: END });
  expect(told).toMatchObject([{ type: "stopped", recording: { startedBy: "alice", endedAt: END } }]);
  expect(types()).toEqual(["stopped"]);
  await save({ ...made, startedBy: "alice", endedAt: END, removedAt: END });
  expect(types()).toEqual(["removed"]);
});

it("tells both of one that began and ended within one write", async () => {
  await save(recording({ endedAt: END }));
  expect(types()).toEqual(["started", "stopped"]);
});

it("tells that its call was joined to another", async () => {
  await store.callRecords.transaction(async (tx) => {
    for (const id of ["call", "other"]) await tx.saveRecord(call(id));
    await tx.saveRecording(recording());
  });
  types();
  await store.callRecords.transaction((tx) => tx.moveCall("call", "other"));
  expect(told).toMatchObject([{ type: "updated", recording: { callId: "other" } }]);
});

it("tells of one that a program has made a record of", async () => {
  await store.callRecords.nameRecording({ sid: `RE${"0".repeat(32)}`, organizationId, callId: "call", callSid: `CA${"0".repeat(32)}`, path: "/b.wav", startedAt: AT, durationS: 7, channels: 1, track: "both", source: "Conference" });
  expect(types()).toEqual(["started", "stopped"]);
});

it("does not report what a program has made a record of as failed when nothing can be read after the commit", async () => {
  const read = vi.spyOn(SqliteEngine.prototype, "read").mockRejectedValue(new Error("The database is gone."));
  try {
    await store.callRecords.nameRecording({ sid: `RE${"1".repeat(32)}`, organizationId, callId: "call", callSid: `CA${"1".repeat(32)}`, path: "/d.wav", startedAt: AT, durationS: null, channels: 1, track: "both", source: "Conference" });
  } finally {
    read.mockRestore();
  }
  expect(types()).toEqual(["started"]);
});

it("tells nothing of what was not committed", async () => {
  await expect(store.callRecords.transaction(async (tx) => {
    await tx.saveRecording(recording());
    throw new Error("no");
  })).rejects.toThrow("no");
  expect(types()).toEqual([]);
  await save(recording({ path: "/c.wav" }));
  expect(types()).toEqual(["started"]);
});
