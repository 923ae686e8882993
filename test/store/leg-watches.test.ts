import { describe, expect, it } from "vitest";
import type { LegWatch } from "../../src/twiml/index.js";
import { openStore } from "../../src/store/index.js";

const watch: LegWatch = {
  callSid: `CA${"1".repeat(32)}`, uuid: "u", node: "fs1", organizationId: 1, parties: { from: "+1", to: "client:1001", direction: "outbound-dial", callerName: null }, parentCallSid: null,
  callback: { url: "https://server.example/", method: "POST", events: ["initiated", "completed"] }, sequence: 0, untold: null, answeredAt: null, answeredBy: null, machine: { settings: { mode: "end", timeoutMs: 30_000, speechThresholdMs: 2400, speechEndThresholdMs: 1200, silenceTimeoutMs: 5000 }, beside: true, callback: { url: "https://server.example/verdict", method: "POST" } }, document: { url: "https://server.example/voice", method: "GET" }, fallback: null, department: "support", line: 7,
};

describe("the watches of legs", () => {
  it("are kept as they were put last, until they are removed", async () => {
    const store = await openStore(":memory:");
    try {
      await store.legWatches.put(watch);
      const later = { ...watch, sequence: 2, untold: [{ organizationId: 1, lane: "l", kind: "callback", url: "https://server.example/", method: "POST", form: [["CallStatus", "ringing"]], sign: true, once: "l/ringing" }], answeredAt: new Date(1_800_000_000_000), answeredBy: "machine_start", machine: null } as const;
      await store.legWatches.put(later);
      expect(await store.legWatches.open()).toEqual([later]);
      await store.legWatches.remove(watch.callSid);
      expect(await store.legWatches.open()).toEqual([]);
    } finally {
      await store.close();
    }
  });

  it("of which nobody knows the node are claimed by one", async () => {
    const store = await openStore(":memory:");
    try {
      await store.legWatches.put({ ...watch, node: null });
      expect(await store.legWatches.claim(watch.callSid, "fs1")).toBe(true);
      expect(await store.legWatches.claim(watch.callSid, "fs2")).toBe(false);
      expect(await store.legWatches.open()).toEqual([watch]);
    } finally {
      await store.close();
    }
  });
});
