/** What reports count of a call: how its caller left a queue, who missed, talked and had it on hold. */
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { figuresOf, PIECE_MS, queueOutcomeOf } from "../../src/call-logs/figures.js";
import { closeOpen, type CallFigure, type CallRecord, type TimelineEntry } from "../../src/call-logs/index.js";
import type { TracedCall } from "../../src/calls/trace.js";
import { openStore, type Store } from "../../src/store/index.js";
import { eventually } from "../lab/wait.js";
import { temporaryDirectory } from "../support/temporary.js";
import { act, agentLeg, AT, leg, openRecorder, over, traced } from "./traced.js";

const at = (s: number): Date => new Date(AT.getTime() + s * 1000);
const record = (endS: number | null, more: Partial<CallRecord> = {}): CallRecord => ({
  id: "call", organizationId: 1, direction: "inbound", from: "+15550001", to: "support", department: "support", agentId: "1001", status: "completed", startedAt: AT, answeredAt: null, endedAt: endS === null ? null : at(endS),
  waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "fs1", complete: true, ...more,
});
const entry = (s: number, type: string, agentId: string | null = null, detail: TimelineEntry["detail"] = {}): TimelineEntry => ({ callId: "call", at: at(s), type, agentId, detail });
const queued = (s: number, department = "support"): TimelineEntry => entry(s, "queued", null, { department });
/** Kind, department, agent, second, seconds. */
const short = (figures: readonly CallFigure[]) => figures.map(({ kind, department, agentId, at: when, ms }) => [kind, department, agentId, (when.getTime() - AT.getTime()) / 1000, ms / 1000]);

describe("what reports count of a call", () => {
  const calls: readonly [what: string, endS: number | null, timeline: readonly TimelineEntry[], counted: readonly unknown[]][] = [
    ["a caller who gave up", 30, [queued(10)], [["abandoned", "support", null, 30, 20]]],
    ["a caller who waits still", null, [queued(10)], []],
    ["a caller who was answered, and goes on talking", null, [queued(0), entry(5, "answered", "1001")], [["answered", "support", "1001", 5, 5]]],
    [
      "an agent who missed, another who answered, held and resumed",
      100,
      [queued(0), entry(20, "missed", "1002", { code: "NO_ANSWER", rangMs: 15_000 }), entry(25, "answered", "1001"), entry(40, "held", "1001"), entry(70, "resumed", "1001")],
      [["missed", "support", "1002", 20, 15], ["answered", "support", "1001", 25, 25], ["talk", "support", "1001", 25, 15], ["hold", "support", "1001", 40, 30], ["talk", "support", "1001", 70, 30]],
    ],
    ["a transfer to another agent", 60, [queued(0), entry(10, "answered", "1001"), entry(30, "answered", "1002")], [["answered", "support", "1001", 10, 10], ["talk", "support", "1001", 10, 20], ["talk", "support", "1002", 30, 30]]],
    ["an overflow into another department, and its end there", 50, [queued(0), entry(19, "overflowed", null, { department: "support", to: "department" }), queued(20, "sales")], [["overflowed", "support", null, 20, 20], ["abandoned", "sales", null, 50, 30]]],
    ["a move by a supervisor", 50, [queued(0), queued(20, "sales"), entry(30, "answered", "1002")], [["moved", "support", null, 20, 20], ["answered", "sales", "1002", 30, 10], ["talk", "sales", "1002", 30, 20]]],
    ["a caller who leaves a message", 50, [queued(0), entry(20, "overflowed", null, { to: "message" }), entry(20, "parked")], [["overflowed", "support", null, 20, 20]]],
    ["a caller who goes back to a program", 50, [queued(0), entry(20, "scripted")], [["moved", "support", null, 20, 20]]],
    ["an overflow that failed", 50, [queued(0), entry(20, "overflowed", null, { to: "department" }), entry(21, "overflow-failed")], [["abandoned", "support", null, 50, 50]]],
    ["an outside number that answers", 50, [queued(0), entry(20, "answered", null)], [["overflowed", "support", null, 20, 20]]],
    ["a caller whom a later process found waiting", 50, [queued(0), queued(0.4)], [["abandoned", "support", null, 50, 50]]],
    ["an agent's own call", 50, [entry(10, "answered", "1001")], [["talk", null, "1001", 10, 40]]],
  ];
  const ended: readonly [how: string, more: Partial<CallRecord>, kind: string][] = [
    ["hung up", { hungUpBy: "customer", hangupCause: "NORMAL_CLEARING" }, "abandoned"],
    ["was cut off by the network", { hungUpBy: "system", hangupCause: "MEDIA_TIMEOUT" }, "abandoned"],
    ["was hung up on by the staff", { hungUpBy: "agent", hangupCause: "NORMAL_CLEARING" }, "moved"],
    ["was cut off by FreeSWITCH's end", { hungUpBy: "system", hangupCause: "SYSTEM_SHUTDOWN" }, "moved"],
  ];
  it.each(ended)("a caller who waited and %s: the reports and the record say the same", (_how, more, kind) => {
    const call = record(30, more);
    expect(short(figuresOf(call, [queued(10)]))).toEqual([[kind, "support", null, 30, 20]]);
    expect(queueOutcomeOf(call, [queued(10)])).toBe(kind);
  });

  it.each(calls)("%s", (_what, endS, timeline, counted) => {
    expect(short(figuresOf(record(endS), timeline))).toEqual(counted);
  });

  const message = entry(20, "overflowed", null, { department: "support", to: "message" });
  const outcomes: readonly [what: string, endS: number | null, timeline: readonly TimelineEntry[], outcome: string | null][] = [
    ["who gave up", 50, [queued(0)], "abandoned"],
    ["who waits", null, [queued(0)], null],
    ["who waited nowhere", 50, [entry(10, "answered", "1001")], null],
    ["whom an agent answered", null, [queued(0), entry(5, "answered", "1001")], "answered"],
    ["who left a message", 50, [queued(0), message, entry(20, "parked")], "message"],
    ["who asked for a callback", 50, [queued(0), entry(20, "overflowed", null, { department: "support", to: "callback" })], "callback"],
    ["who was sent to a number outside", 50, [queued(0), entry(20, "overflowed", null, { department: "support", to: "phonenumber" }), entry(25, "answered", null)], "overflowed"],
    ["who was sent away", 50, [queued(0), entry(20, "overflowed", null, { department: "support", to: "hangup" })], "overflowed"],
    ["who gave up in the department of the overflow", 50, [queued(0), entry(20, "overflowed", null, { department: "support", to: "department" }), queued(20, "sales")], "abandoned"],
    ["who was answered after a message had failed", 50, [queued(0), message, entry(21, "overflow-failed"), entry(30, "answered", "1001")], "answered"],
    ["who went back to a program", 50, [queued(0), entry(20, "scripted")], "moved"],
    ["who waits again", null, [queued(0), entry(5, "answered", "1001"), queued(20, "sales")], null],
  ];
  it.each(outcomes)("the record says the same of a caller %s", (_who, endS, timeline, outcome) => {
    expect(queueOutcomeOf(record(endS), timeline)).toBe(outcome);
  });

  it("a message of a caller whom an agent had is on nobody's hold", () => {
    expect(short(figuresOf(record(90), [entry(0, "answered", "1001"), queued(10), message, entry(20, "parked", "1001")]))).toEqual([["talk", null, "1001", 0, 10], ["overflowed", "support", null, 20, 10]]);
  });

  it("is told by the legs of a conversation that no event has shown", () => {
    expect(short(figuresOf(record(50, { answeredAt: at(20) }), [queued(5)]))).toEqual([["answered", "support", "1001", 20, 15], ["talk", "support", "1001", 20, 30]]);
  });

  it("keeps long conversations in pieces, of which only the first begins one", () => {
    const figures = figuresOf(record(3 * 3600 + 600), [entry(600, "answered", "1001")]);
    expect(figures.map(({ at: when, ms, begins }) => [when.getTime() - AT.getTime(), ms, begins])).toEqual([0, 1, 2].map((hour) => [600_000 + hour * PIECE_MS, PIECE_MS, hour === 0]));
  });

  it("is nothing for a call of no organization", () => {
    expect(figuresOf(record(50, { organizationId: null }), [queued(0)])).toEqual([]);
  });
});

describe("the rows of a call", () => {
  let folder: ReturnType<typeof temporaryDirectory>;
  let store: Store;
  beforeEach(async () => {
    folder = temporaryDirectory();
    store = await openStore(`file:${join(folder.path, "callplane.db")}`);
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  const sqlite = <T>(work: (database: Sqlite.Database) => T): T => {
    const database = new Sqlite(join(folder.path, "callplane.db"));
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  const rows = () => sqlite((database) => database.prepare("SELECT call_id, kind, department, agent_id, ms FROM call_figures ORDER BY call_id, position").raw().all());
  const waits = (id: string, more: Partial<TracedCall> = {}): TracedCall =>
    traced(id, { organizationId: 1, owner: null, state: "queued", queue: "support", department: "support", enteredAt: AT, answeredAt: null, changedAt: AT, legs: [leg(`${id} one`)], ...more });
  const talks = (id: string): TracedCall => traced(id, { organizationId: 1, department: "support", enteredAt: AT, answeredAt: at(20), changedAt: at(20), legs: [leg(`${id} one`), agentLeg(`${id} two`)] });
  const ends = (id: string): readonly TracedCall[] => [talks(id), traced(id, { organizationId: 1, department: "support", changedAt: at(60), ended: true, state: "ended", legs: [] })];

  it("are there as soon as the caller has left, and again when the process was killed in between", async () => {
    const first = openRecorder(store);
    first.trace(waits("call"));
    await first.act(act("call", { action: "offer", outcome: "missed", agentId: "1002", actor: "system", at: at(10), detail: { code: "NO_ANSWER", rangMs: "9000" } }));
    first.trace(talks("call"));
    await first.recorder.flush();
    expect(rows()).toEqual([["call", "missed", "support", "1002", 9000], ["call", "answered", "support", "1001", 20_000]]);
    // The next process finds the call in FreeSWITCH.
    const second = openRecorder(store);
    second.trace(talks("call"));
    second.trace(traced("call", { organizationId: 1, changedAt: at(60), legs: [leg("call one", over), agentLeg("call two", over)] }));
    for (const call of ends("call").slice(1)) second.trace(call);
    await second.recorder.close();
    expect(rows()).toEqual([["call", "missed", "support", "1002", 9000], ["call", "answered", "support", "1001", 20_000], ["call", "talk", "support", "1001", 40_000]]);
    await first.recorder.close();
  });

  it("are not waited for by who acts on the call, and follow soon by themselves", async () => {
    const told = openRecorder(store);
    told.trace(waits("call"));
    told.trace(talks("call"));
    await told.act(act("call"));
    expect(rows()).toEqual([]);
    expect((await store.callRecords.transaction((tx) => tx.timeline("call"))).map(({ type }) => type)).toEqual(["queued", "answered", "transferred"]);
    await eventually("the figures", () => rows().length > 0);
    expect(rows()).toEqual([["call", "answered", "support", "1001", 20_000]]);
    await told.recorder.close();
  });

  it("that a killed process had not written yet are written when the next one finds the call", async () => {
    let killed = false;
    const { callRecords } = store;
    const first = openRecorder(store, {
      store: {
        transaction: async (work) => {
          if (killed) throw new Error("killed");
          return callRecords.transaction(work);
        },
        isRefusal: (error) => callRecords.isRefusal(error),
      },
    });
    first.trace(waits("call"));
    first.trace(talks("call"));
    await first.act(act("call"));
    killed = true;
    const second = openRecorder(store);
    second.trace(talks("call"));
    await second.recorder.flush();
    expect(rows()).toEqual([["call", "answered", "support", "1001", 20_000]]);
    await second.recorder.close();
    await first.recorder.close();
  });

  it("go with the record, and with a call that is joined to another", async () => {
    const told = openRecorder(store);
    told.trace(waits("one"));
    told.trace(talks("one"));
    told.trace(waits("two"));
    told.trace(talks("two"));
    await told.recorder.flush();
    await store.callRecords.transaction((tx) => tx.removeRecord("one"));
    expect(rows()).toEqual([["two", "answered", "support", "1001", 20_000]]);
    await store.callRecords.transaction((tx) => tx.moveCall("two", "three"));
    expect(rows()).toEqual([]);
    await told.recorder.close();
  });

  it("are there of a call without legs whose node nobody follows any more", async () => {
    await store.callRecords.transaction(async (tx) => {
      await tx.saveRecord(record(null, { answeredAt: null }));
      for (const told of [queued(5), entry(30, "missed", "1002", { rangMs: 9000 })]) await tx.addTimeline(told);
    });
    expect(await closeOpen(store, "fs1")).toBe(1);
    expect(rows()).toEqual([["call", "missed", "support", "1002", 9000], ["call", "moved", "support", null, 25_000]]);
  });

  it("a caller who waited when FreeSWITCH died has not given up", async () => {
    const told = openRecorder(store);
    told.trace(waits("call"));
    await told.recorder.flush();
    expect(await closeOpen(store, "fs1")).toBe(1);
    expect(rows()).toEqual([["call", "moved", "support", null, expect.any(Number)]]);
    expect(await store.callRecords.get("call")).toMatchObject({ queueOutcome: "moved" });
    await told.recorder.close();
  });

  it("are written only where they changed", async () => {
    const talked = (fromS: number, forS: number): CallFigure => ({ kind: "talk", department: "support", agentId: "1001", at: at(fromS), ms: forS * 1000, begins: true });
    const save = (...figures: readonly CallFigure[]) => store.callRecords.transaction((tx) => tx.saveFigures(record(null), figures));
    sqlite((database) => database.exec("CREATE TABLE written (position); CREATE TRIGGER tell_insert AFTER INSERT ON call_figures BEGIN INSERT INTO written VALUES (new.position); END; CREATE TRIGGER tell_delete AFTER DELETE ON call_figures BEGIN INSERT INTO written VALUES (-old.position); END"));
    const written = () => sqlite((database) => database.prepare("SELECT position FROM written").pluck().all());
    await save(talked(0, 5), talked(10, 5));
    await save(talked(0, 5), talked(10, 5), talked(20, 5));
    expect(written()).toEqual([0, 1, 2]);
    await save(talked(0, 5), talked(10, 6));
    expect(written()).toEqual([0, 1, 2, -1, -2, 1]);
    expect(rows()).toEqual([["call", "talk", "support", "1001", 5000], ["call", "talk", "support", "1001", 6000]]);
  });

  it("do not touch the record, nor does anything that changes nothing in it", async () => {
    const told = openRecorder(store);
    told.trace(talks("call"));
    await told.recorder.flush();
    sqlite((database) => database.exec("CREATE TABLE written (id); CREATE TRIGGER tell_update AFTER UPDATE ON call_records BEGIN INSERT INTO written VALUES (new.id); END"));
    told.trace({ ...talks("call"), state: "held", changedAt: at(30) });
    await told.act(act("call", { action: "hold", at: at(30) }));
    await told.recorder.flush();
    expect(rows()).toHaveLength(1);
    expect(sqlite((database) => database.prepare("SELECT id FROM written").all())).toEqual([]);
    told.trace({ ...talks("call"), attributes: { color: "red" }, changedAt: at(40) });
    await told.recorder.flush();
    expect((await store.callRecords.get("call"))?.attributes).toEqual({ color: "red" });
    await told.recorder.close();
  });

  it("that the database refuses are set aside, and the others and the record are written", async () => {
    sqlite((database) => database.exec("CREATE TRIGGER refuse BEFORE INSERT ON call_figures WHEN new.call_id = 'bad' AND new.kind = 'answered' BEGIN SELECT RAISE(ABORT, 'never'); END"));
    const told = openRecorder(store);
    for (const id of ["bad", "good"]) {
      told.trace(waits(id));
      told.trace(talks(id));
      told.trace(traced(id, { organizationId: 1, changedAt: at(60), legs: [leg(`${id} one`, over), agentLeg(`${id} two`, over)] }));
      for (const call of ends(id).slice(1)) told.trace(call);
    }
    await told.recorder.close();
    expect(rows()).toEqual([["bad", "talk", "support", "1001", 40_000], ["good", "answered", "support", "1001", 20_000], ["good", "talk", "support", "1001", 40_000]]);
    expect((await store.callRecords.get("bad"))?.endedAt).toEqual(at(60));
    expect((await store.cdrQuarantine.list(10)).map(({ origin, reason, content }) => [origin, reason.includes("never"), content.includes('"answered"')])).toEqual([["call bad", true, true]]);
    expect(told.incidents).toEqual(["call_record_refused"]);
  });
});
