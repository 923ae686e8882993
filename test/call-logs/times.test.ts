/** When a call began, was answered and ended: by FreeSWITCH's stamps, and always in this order. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallLegRecord, CallRecord } from "../../src/call-logs/index.js";
import { outcomeOf } from "../../src/call-logs/outcome.js";
import { openStore, type Store } from "../../src/store/index.js";
import { agentLeg, leg, openRecorder, traced } from "./traced.js";

const T0 = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds: number): Date => new Date(T0 + seconds * 1000);

describe("a record", () => {
  const record = (more: Partial<CallRecord>): CallRecord => ({
    id: "c", organizationId: null, direction: "inbound", from: "1", to: "2", department: null, agentId: null, status: "in-progress", startedAt: at(0), answeredAt: null, endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "a", complete: false, ...more,
  });
  const legs = (source: CallLegRecord["source"]): CallLegRecord[] => [
    { coreUuid: "k", channelUuid: "c", callId: "c", node: "a", role: "customer", direction: "inbound", agentId: null, number: "1", startedAt: at(1), answeredAt: at(3), endedAt: at(20), hangupCause: "NORMAL_CLEARING", name: null, sipCallId: null, ring: null, source },
    { coreUuid: "k", channelUuid: "d", callId: "c", node: "a", role: "agent", direction: "outbound", agentId: "1001", number: "1001", startedAt: at(4), answeredAt: at(6), endedAt: at(20), hangupCause: "NORMAL_CLEARING", name: null, sipCallId: null, ring: null, source },
  ];
  const answers: readonly [what: string, seen: Date | null, answered: Date][] = [
    ["of an answer that nobody saw has the one of the stamps", null, at(6)],
    ["does not believe an answer after its end", at(39), at(6)],
    ["does not believe an answer from before the second party picked up", at(1), at(6)],
    ["keeps the one that was seen, where it can be", at(12), at(12)],
  ];
  it.each(answers)("%s", (_what, seen, answered) => {
    const done = outcomeOf(record({ answeredAt: seen }), legs("cdr"), []);
    expect(done).toMatchObject({ startedAt: at(1), answeredAt: answered, endedAt: at(20), status: "completed", talkMs: 20_000 - (answered.getTime() - T0) });
  });

  it("that was found begins with its legs, once FreeSWITCH's own records of them have come", () => {
    expect([outcomeOf(record({}), legs("events"), [])?.startedAt, outcomeOf(record({}), legs("cdr"), [])?.startedAt]).toEqual([at(0), at(1)]);
  });

  it("counts nothing that its timeline tells before its beginning or after its end", () => {
    const entry = (type: string, seconds: number) => ({ callId: "c", at: at(seconds), type, agentId: null, detail: {} });
    expect(outcomeOf(record({ answeredAt: at(8) }), legs("cdr"), [entry("queued", -10), entry("answered", 8), entry("held", 12), entry("resumed", 39)])).toMatchObject({ waitMs: 7000, talkMs: 4000, holdMs: 8000 });
  });

  it("of one leg alone, answered after its end by a clock that was wrong, is in order", () => {
    const [only] = legs("cdr");
    expect(outcomeOf(record({ answeredAt: at(39) }), only === undefined ? [] : [only], [])).toMatchObject({ answeredAt: at(20), endedAt: at(20), talkMs: 0 });
  });
});

describe("the recorder", () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore(":memory:");
  });
  afterEach(() => store.close());

  it("dates what happens as FreeSWITCH does, however late it is told", async () => {
    const told = openRecorder(store);
    const one = leg("one", { createdAt: at(0), answeredAt: at(1) });
    const two = agentLeg("two", { createdAt: at(1), answeredAt: at(2) });
    const call = (changed: number, more = {}) => traced("call", { createdAt: at(0), answeredAt: at(2), changedAt: at(changed), legs: [one, two], ...more });
    told.trace(call(2));
    told.trace(call(5, { state: "held" }));
    told.trace(call(9));
    const over = { hungUp: true, hungUpAt: at(10), hangupCause: "NORMAL_CLEARING" };
    told.trace(call(10, { legs: [leg("one", { ...one, ...over }), agentLeg("two", { ...two, ...over })] }));
    told.trace(call(10, { ended: true, state: "ended", legs: [] }));
    await told.recorder.close();
    expect(await store.callRecords.get("call")).toMatchObject({ startedAt: at(0), answeredAt: at(2), endedAt: at(10), talkMs: 4000, holdMs: 4000 });
    expect((await store.callRecords.transaction((tx) => tx.timeline("call"))).map((entry) => [entry.type, entry.at])).toEqual([["answered", at(2)], ["held", at(5)], ["resumed", at(9)], ["ended", at(10)]]);
  });
});
