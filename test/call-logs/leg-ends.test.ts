/** One table says how a call ends: for programs, for the records, and for who looks for calls of a status. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallLegRecord, CallRecord, CallStatus } from "../../src/call-logs/index.js";
import { outcomeOf, statusOfLeg } from "../../src/call-logs/outcome.js";
import { HANGUP_CAUSES, unansweredStatus, type LegDirection } from "../../src/freeswitch/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { statusOfEnd } from "../../src/twiml/index.js";

const AT = new Date("2026-01-01T00:00:00Z");
const CAUSES = [...Object.keys(HANGUP_CAUSES), "WHAT_IS_THAT"];
const DIRECTIONS: readonly LegDirection[] = ["inbound", "outbound"];
const ALL = DIRECTIONS.flatMap((direction) => CAUSES.map((cause) => ({ direction, cause })));

const record: CallRecord = {
  id: "c", organizationId: 1, direction: "inbound", from: "1", to: "2", department: null, agentId: null, status: "in-progress", startedAt: AT, answeredAt: null, endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "a", complete: false,
};
const leg = (direction: LegDirection, cause: string, uuid = "c"): CallLegRecord => ({ coreUuid: "k", channelUuid: uuid, callId: "c", node: "a", role: "customer", direction, agentId: null, number: "1", startedAt: AT, answeredAt: null, endedAt: AT, hangupCause: cause, name: null, sipCallId: null, ring: null, source: "cdr" });

describe("a leg that nobody has answered", () => {
  it.each([
    ["USER_BUSY", "busy", "busy"], ["CALL_REJECTED", "failed", "busy"], ["DECLINE", "no-answer", "busy"], ["NO_ANSWER", "no-answer", "no-answer"], ["RECOVERY_ON_TIMER_EXPIRE", "no-answer", "no-answer"],
    ["USER_NOT_REGISTERED", "no-answer", "no-answer"], ["NORMAL_CLEARING", "canceled", "no-answer"], ["ORIGINATOR_CANCEL", "canceled", "canceled"], ["PICKED_OFF", "canceled", "canceled"],
    ["UNALLOCATED_NUMBER", "failed", "failed"], ["NORMAL_TEMPORARY_FAILURE", "failed", "failed"], ["WHAT_IS_THAT", "failed", "failed"], ["toString", "failed", "failed"],
  ] as const)("that ended with %s is %s when it called us, %s when we called it", (cause, inbound, outbound) => {
    expect(DIRECTIONS.map((direction) => unansweredStatus(cause, direction))).toEqual([inbound, outbound]);
  });

  it("ends for programs as it does in the records, whatever the cause", () => {
    for (const { direction, cause } of ALL) {
      const status = statusOfEnd(cause, false, direction);
      expect(statusOfLeg({ ...leg(direction, cause), direction: direction === "inbound" ? "inbound" : "dialled" }), `${direction} ${cause}`).toBe(status);
      expect(outcomeOf(record, [leg(direction, cause)], [])?.status, `${direction} ${cause}`).toBe(status);
    }
  });
});

describe("who looks for a status", () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(":memory:");
    await store.callRecords.transaction(async (tx) => {
      await tx.saveRecord({ ...record, endedAt: AT, complete: true });
      for (const [index, { direction, cause }] of ALL.entries()) await tx.saveLeg(leg(direction, cause, String(index)));
    });
  });
  afterAll(() => store.close());

  it.each(["busy", "no-answer", "canceled", "failed", "completed"] as const satisfies readonly CallStatus[])("finds the legs that ended as %s, and no others", async (status) => {
    const wanted = ALL.flatMap(({ direction, cause }, index) => (unansweredStatus(cause, direction) === status ? [String(index)] : []));
    const found = await store.callRecords.legs(1, { status }, { offset: 0, limit: 1000 });
    expect(found.map(({ channelUuid }) => channelUuid).sort()).toEqual(wanted.sort());
  });
});
