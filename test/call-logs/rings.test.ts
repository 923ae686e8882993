/** Several phones that one ringing has called: to programs one call, which one of their legs stands for. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallLegFilter, CallLegRecord } from "../../src/call-logs/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { AT, END, leg, openRecorder, traced, type Told } from "./traced.js";

let store: Store;
let told: Told;

beforeEach(async () => {
  store = await openStore(":memory:");
  told = openRecorder(store);
  told.trace(traced("call", { organizationId: 1, legs: [leg("call")] }));
  await told.recorder.flush();
});
afterEach(async () => {
  await told.recorder.close();
  await store.close();
});

const save = (channelUuid: string, more: Partial<CallLegRecord> = {}): Promise<void> =>
  store.callRecords.transaction((tx) => tx.saveLeg({ coreUuid: "core", channelUuid, callId: "call", node: "fs1", role: "agent", direction: "outbound", agentId: "1002", number: "1002", startedAt: AT, answeredAt: null, endedAt: END, hangupCause: "NO_ANSWER", name: null, sipCallId: null, ring: "ring", source: "events", ...more }));
const shown = async (filter: CallLegFilter = { callId: "call" }): Promise<readonly (readonly [string, string])[]> => (await store.callRecords.legs(1, filter, { offset: 0, limit: 50 })).map(({ uuid, channelUuid }) => [uuid, channelUuid]);

const RINGS: Partial<CallLegRecord> = { endedAt: null, hangupCause: null };
const TALKS: Partial<CallLegRecord> = { ...RINGS, answeredAt: AT };
const ended = (hangupCause: string, answeredAt: Date | null = null): Partial<CallLegRecord> => ({ hangupCause, answeredAt });

describe("the leg that stands for a ringing", () => {
  it.each([
    ["that of the phone that has answered", TALKS, ended("LOSE_RACE")],
    ["that of the phone that has answered, whatever the other says", TALKS, ended("USER_BUSY")],
    ["that of the phone that had answered", ended("NORMAL_CLEARING", AT), ended("CALL_REJECTED")],
    ["that of the phone that won, of two that had answered", ended("NORMAL_CLEARING", AT), ended("LOSE_RACE", AT)],
    ["that of the phone that still rings", RINGS, ended("USER_BUSY")],
    ["that of the phone that was called off last", ended("ORIGINATOR_CANCEL"), ended("USER_BUSY")],
    ["that of the phone where somebody was reached", ended("NO_ANSWER"), ended("RECOVERY_ON_TIMER_EXPIRE")],
    ["that of the phone where somebody was reached, who has refused", ended("CALL_REJECTED"), ended("SUBSCRIBER_ABSENT")],
  ])("is %s", async (_which, stands, other) => {
    for (const order of [["stands", "other"], ["other", "stands"]] as const) {
      for (const uuid of order) await save(`${order.join()} ${uuid}`, { ...(uuid === "stands" ? stands : other), ring: order.join() });
      expect(await shown({ uuid: order.join() })).toEqual([[order.join(), `${order.join()} stands`]]);
    }
    expect((await shown()).map(([uuid]) => uuid).sort()).toEqual(["other,stands", "stands,other"]);
  });

  it("is the first of those that say as much", async () => {
    await save("one", ended("USER_BUSY"));
    await save("two", ended("NO_ANSWER"));
    expect(await shown()).toEqual([["ring", "one"]]);
  });

  it("is found by the status of the ringing, and not by that of another phone", async () => {
    await save("one", ended("USER_BUSY"));
    await save("two", TALKS);
    expect([await shown({ status: "in-progress", to: "1002" }), await shown({ status: "busy" })]).toEqual([[["ring", "two"]], []]);
  });

  it("is no supervisor's, and each leg is found by its own uuid too", async () => {
    await save("one", ended("USER_BUSY"));
    await save("two", TALKS);
    await save("listens", { ...TALKS, role: "supervisor" });
    expect([await shown(), await shown({ uuid: "one" }), await shown({ uuid: "listens" })]).toEqual([[["ring", "two"]], [["ring", "one"]], []]);
  });

  it("is the call's first where nobody had called", async () => {
    await save("one", { callId: "api", ring: "api" });
    await store.callRecords.transaction(async (tx) => {
      const record = await tx.record("call");
      if (record !== undefined) await tx.saveRecord({ ...record, id: "api" });
    });
    expect((await store.callRecords.legs(1, { uuid: "api" }, { offset: 0, limit: 1 })).map(({ direction }) => direction)).toEqual(["api"]);
    expect(await shown({ callId: "api" })).toEqual([]);
  });

  it("has what programs have noted under the name of the ringing, which goes with the record", async () => {
    await save("one", ended("USER_BUSY"));
    await save("two", TALKS);
    await store.callRecords.noteLeg({ uuid: "ring", organizationId: 1, answeredBy: "human" });
    const answerers = async (): Promise<readonly (string | null)[]> => (await store.callRecords.legs(1, { uuid: "ring" }, { offset: 0, limit: 50 })).map(({ answeredBy }) => answeredBy);
    expect(await answerers()).toEqual(["human"]);
    const record = await store.callRecords.get("call");
    await store.callRecords.transaction((tx) => tx.removeRecord("call"));
    await store.callRecords.transaction(async (tx) => (record === undefined ? undefined : tx.saveRecord(record)));
    await save("two", TALKS);
    expect(await answerers()).toEqual([null]);
  });
});

it("a leg keeps its ringing when what tells of it again does not know it", async () => {
  const phone = leg("phone", { role: "agent", agentId: "1002", columns: { direction: "outbound" }, ring: "ring" });
  told.trace(traced("call", { organizationId: 1, legs: [leg("call"), phone] }));
  await told.recorder.flush();
  const next = openRecorder(store);
  next.trace(traced("call", { organizationId: 1, legs: [leg("call"), { ...phone, ring: null }] }));
  await next.recorder.flush();
  expect(await shown()).toEqual([["ring", "phone"]]);
  await next.recorder.close();
});
