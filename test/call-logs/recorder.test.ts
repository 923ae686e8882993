/** Words about a call that come in another order than what they are about. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { Recorder } from "../../src/call-logs/recorder.js";
import type { CallAct, TracedCall, TracedLeg } from "../../src/calls/trace.js";
import { openStore, type Store } from "../../src/store/index.js";
import { silentLogger } from "../store/support.js";

const nothing = (): void => undefined;
const AT = new Date("2026-01-01T00:00:00Z");
const END = new Date("2026-01-01T00:01:00Z");

let store: Store;
let recorder: Recorder;
let trace: (call: TracedCall) => void = nothing;
let act: (act: CallAct) => Promise<void> = async () => undefined;

beforeEach(async () => {
  store = await openStore(":memory:");
  recorder = await Recorder.start({
    store: store.callRecords,
    calls: {
      onTrace: (handler) => ((trace = handler), nothing),
      onAct: (handler) => ((act = handler), nothing),
      onChange: () => nothing,
      recordByPolicy: async () => ({ id: "" }),
    },
    logger: silentLogger(),
    metrics: { incident: nothing },
    look: nothing,
  });
});
afterEach(async () => {
  await recorder.close();
  await store.close();
});

const leg = (uuid: string, more: Partial<TracedLeg>): TracedLeg => ({
  uuid, node: "fs1", coreUuid: "core", role: "customer", agentId: null, number: "+15550001", columns: { direction: "inbound" }, createdAt: AT, answered: true, answeredAt: AT, hungUp: false, hangupCause: "", hungUpAt: null,
  hangupDisposition: "", sipCallId: null, recordings: [], toBeRecorded: false, ...more,
});
const ended = { hungUp: true, hungUpAt: END, hangupCause: "NORMAL_CLEARING", hangupDisposition: "send_bye" } as const;
const call = (more: Partial<TracedCall>): TracedCall => ({
  id: "call", node: "fs1", organizationId: null, direction: "inbound", from: "+15550001", to: "1001", owner: "1001", queue: null, department: null, queuedAt: null, state: "active", ringing: [], createdAt: AT, answeredAt: AT, changedAt: AT, ended: false,
  legs: [], spies: [], aliases: [], ...more,
});
const hangup: CallAct = { callId: "call", at: END, actor: "alice", role: "agent", agentId: "1001", action: "hangup", outcome: "done", detail: {} };

async function end(): Promise<void> {
  trace(call({ legs: [leg("one", ended), leg("two", { ...ended, role: "agent", agentId: "1001" })] }));
  trace(call({ ended: true, state: "ended" }));
  await recorder.flush();
}

const hungUpBy = async (): Promise<string | null | undefined> => (await store.callRecords.get("call"))?.hungUpBy;
const endsBy = (): Promise<unknown[]> => store.callRecords.transaction((tx) => tx.timeline("call").filter(({ type }) => type === "ended").map(({ detail }) => detail["by"]));

it("who asked for the end of a call has ended it, told before the end was written", async () => {
  trace(call({ legs: [leg("one", {}), leg("two", { role: "agent", agentId: "1001" })] }));
  await act(hangup);
  await end();
  expect([await hungUpBy(), await endsBy()]).toEqual(["agent", ["agent"]]);
});

it("who asked for the end of a call has ended it, told after the end was written", async () => {
  await end();
  expect(await hungUpBy()).toBe("system");
  await act(hangup);
  expect([await hungUpBy(), await endsBy()]).toEqual(["agent", ["agent"]]);
});
