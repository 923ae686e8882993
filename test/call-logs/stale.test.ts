import { pino } from "pino";
import { expect, it } from "vitest";
import { StaleCalls } from "../../src/call-logs/stale.js";
import { openStore, type Store } from "../../src/store/index.js";
import { eventually } from "../lab/wait.js";

const startedAt = new Date(Date.now() - 600_000);
const heardAt = new Date(Date.now() - 300_000);

const start = (store: Store): Promise<StaleCalls> =>
  StaleCalls.start({
    store: store.callRecords,
    lives: store.switchLives,
    nodes: ["a"],
    logger: pino({ level: "silent" }),
    isLive: () => false,
    hasLeg: () => false,
    flush: () => Promise.resolve(),
    scan: null,
    graceMs: 0,
  });

it.each([false, true])("a leg lost with its FreeSWITCH ends at the last heartbeat (Callplane restarted: %s)", async (restarted) => {
  const store = await openStore(":memory:");
  let stale = await start(store);
  try {
    await store.callRecords.transaction((tx) => {
      tx.saveRecord({ id: "c", organizationId: null, direction: "inbound", from: "15550001", to: "1001", department: null, agentId: null, status: "in-progress", startedAt, answeredAt: startedAt, endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, node: "a", complete: false });
      tx.saveLeg({ coreUuid: "old", channelUuid: "c", callId: "c", node: "a", role: "customer", direction: "inbound", sipCallId: null, agentId: null, number: "15550001", startedAt, answeredAt: startedAt, endedAt: null, hangupCause: null, source: "events" });
    });
    stale.sink.event("a", { kind: "heartbeat", coreUuid: "old", timestampUs: heardAt.getTime() * 1000 });
    if (restarted) {
      await stale.close();
      stale = await start(store);
    }
    stale.sink.snapshot("a", { coreUuid: "new", channels: [], registrations: [], afterSequence: 0, reason: "connect" });
    await eventually("the end", async () => (await store.callRecords.openLegs()).length === 0);
    const [leg] = await store.callRecords.transaction((tx) => tx.legs("c"));
    expect(leg).toMatchObject({ source: "node_lost", endedAt: heardAt });
  } finally {
    await stale.close();
    await store.close();
  }
});
