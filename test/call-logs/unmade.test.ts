/** Calls of programs' servers for which FreeSWITCH has made no leg, and those of which it only seemed so. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { saveUnmade } from "../../src/call-logs/unmade.js";
import { openStore, type Store } from "../../src/store/index.js";
import type { UnmadeCall } from "../../src/twiml/index.js";
import { AT, END, leg, openRecorder, over, traced, type Told } from "./traced.js";

const CALL: UnmadeCall = { uuid: "call", organizationId: 1, parent: null, from: "+15550111", to: "client:1009", status: "no-answer", cause: null, startedAt: AT, endedAt: END };
const context = { directory: { agent: () => undefined, agentByExtension: () => undefined }, numbers: { read: () => null } };

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

const unmade = (call: UnmadeCall): Promise<void> => store.callRecords.transaction((tx) => saveUnmade(tx, call, context));
const legs = (organizationId = 1) => store.callRecords.legs(organizationId, {}, { offset: 0, limit: 50 });
const ring = (uuid: string, more: object = {}) => leg(uuid, { role: "other", number: "1009", columns: { direction: "outbound" }, answered: false, answeredAt: null, ...more });

it("are kept with the status as which they have ended, for their organization alone", async () => {
  for (const [status, cause, kept] of [["no-answer", null, "NO_ANSWER"], ["failed", "INVALID_GATEWAY", "INVALID_GATEWAY"], ["failed", null, "NORMAL_TEMPORARY_FAILURE"], ["canceled", null, "ORIGINATOR_CANCEL"], ["busy", "UNALLOCATED_NUMBER", "USER_BUSY"]] as const) {
    await unmade({ ...CALL, uuid: `${status} ${String(cause)}`, status, cause });
    expect(await store.callRecords.get(`${status} ${String(cause)}`)).toMatchObject({ organizationId: 1, status, hangupCause: kept, startedAt: AT, endedAt: END, answeredAt: null, direction: "internal", to: "1009", complete: true });
  }
  expect([(await legs()).length, await legs(2), await store.callRecords.openLegs(), await store.callRecords.open()]).toEqual([5, [], [], []]);
});

it("are kept once", async () => {
  await unmade(CALL);
  await unmade({ ...CALL, status: "failed", endedAt: new Date() });
  expect([(await legs()).length, (await store.callRecords.get("call"))?.status]).toEqual([1, "no-answer"]);
});

it("are none of which a leg is known", async () => {
  told.trace(traced("call", { organizationId: 1, state: "ringing", answeredAt: null, legs: [ring("call")] }));
  await told.recorder.flush();
  await unmade(CALL);
  expect([(await store.callRecords.get("call"))?.endedAt, (await legs()).map(({ node }) => node)]).toEqual([null, ["fs1"]]);
});

it.each([["its own", "call"], ["that of one of several phones", "phone"]])("become calls when FreeSWITCH tells a leg after all: %s", async (_whose, uuid) => {
  await unmade(CALL);
  const busy = { ...over, hangupCause: "USER_BUSY" };
  told.trace(traced("call", { organizationId: 1, state: "ringing", answeredAt: null, legs: [ring(uuid)] }));
  told.trace(traced("call", { organizationId: 1, state: "ringing", answeredAt: null, legs: [ring(uuid, busy)] }));
  told.trace(traced("call", { organizationId: 1, answeredAt: null, ended: true, state: "ended", legs: [] }));
  await told.recorder.flush();
  expect((await legs()).map(({ channelUuid, hangupCause, node }) => [channelUuid, hangupCause, node])).toEqual([[uuid, "USER_BUSY", "fs1"]]);
  expect(await store.callRecords.get("call")).toMatchObject({ status: "busy", hangupCause: "USER_BUSY" });
});

const CHILD: UnmadeCall = { ...CALL, uuid: "child", parent: "call", to: "+15550142", status: "failed" };
const parentRings = (more: object = {}): void => told.trace(traced("call", { organizationId: 1, legs: [leg("call", more)] }));

describe("of a caller's call", () => {
  it("are its children, and change nothing of it", async () => {
    parentRings();
    await told.recorder.flush();
    await unmade(CHILD);
    parentRings(over);
    told.trace(traced("call", { organizationId: 1, ended: true, state: "ended", legs: [] }));
    await told.recorder.flush();
    expect((await legs()).map(({ channelUuid, callId, direction, hangupCause }) => [channelUuid, callId, direction, hangupCause]).sort()).toEqual([["call", "call", "inbound", "NORMAL_CLEARING"], ["child", "call", "dialled", "NORMAL_TEMPORARY_FAILURE"]]);
    expect(await store.callRecords.get("call")).toMatchObject({ status: "completed", hangupCause: "NORMAL_CLEARING", endedAt: END });
  });

  it("are kept by the leg of the call that dialled them, whichever that is", async () => {
    told.trace(traced("call", { organizationId: 1, legs: [leg("call"), leg("second", { role: "agent", columns: { direction: "outbound" } })] }));
    await told.recorder.flush();
    await unmade({ ...CHILD, parent: "second" });
    expect((await legs()).find(({ channelUuid }) => channelUuid === "child")?.callId).toBe("call");
  });

  it("are none without it, or of another organization's", async () => {
    await unmade(CHILD);
    parentRings();
    await told.recorder.flush();
    await unmade({ ...CHILD, organizationId: 2 });
    expect((await legs()).map(({ channelUuid }) => channelUuid)).toEqual(["call"]);
  });

  it("become that leg alone which FreeSWITCH tells after all: others stay", async () => {
    parentRings();
    await told.recorder.flush();
    await unmade(CHILD);
    await unmade({ ...CHILD, uuid: "other" });
    told.trace(traced("call", { organizationId: 1, legs: [leg("call"), ring("child"), ring("third")] }));
    await told.recorder.flush();
    expect((await legs()).map(({ channelUuid, node }) => [channelUuid, node]).sort()).toEqual([["call", "fs1"], ["child", "fs1"], ["other", "none"], ["third", "fs1"]]);
  });

  it.each([["its own", ring("child")], ["that of one of several phones", ring("phone", { ring: "child" })]])("are none of which a leg is known: %s", async (_whose, known) => {
    told.trace(traced("call", { organizationId: 1, legs: [leg("call"), known] }));
    await told.recorder.flush();
    await unmade(CHILD);
    expect((await legs()).filter(({ uuid }) => uuid === "child").map(({ node }) => node)).toEqual(["fs1"]);
  });

  it("become the leg of one of several phones when FreeSWITCH tells it after all: others stay", async () => {
    parentRings();
    await told.recorder.flush();
    await unmade(CHILD);
    await unmade({ ...CHILD, uuid: "other" });
    told.trace(traced("call", { organizationId: 1, legs: [leg("call"), ring("phone", { ring: "child" })] }));
    await told.recorder.flush();
    expect((await legs()).map(({ uuid, node }) => [uuid, node]).sort()).toEqual([["call", "fs1"], ["child", "fs1"], ["other", "none"]]);
  });

  it("are kept by the name of the ringing that made the leg which dialled them", async () => {
    told.trace(traced("call", { organizationId: 1, legs: [leg("call"), ring("phone", { ring: "second" })] }));
    await told.recorder.flush();
    await unmade({ ...CHILD, parent: "second" });
    expect((await legs()).find(({ uuid }) => uuid === "child")?.callId).toBe("call");
  });
});
