import { describe, expect, it } from "vitest";
import type { ProgramRecording } from "../../src/twiml/index.js";
import { openStore } from "../../src/store/index.js";

const ongoing = { uuid: "u", node: "fs1", line: 7, callback: { url: "https://server.example/", method: "POST", events: ["completed"] }, trim: true } as const;

const recording: ProgramRecording = {
  sid: `RE${"1".repeat(32)}`, organizationId: 1, callSid: `CA${"1".repeat(32)}`, callId: "c", path: "/recordings/c-1.wav", startedAt: new Date(1_800_000_000_000), durationS: null, channels: 2, track: "both", source: "DialVerb",
  ongoing,
};

describe("the recordings of programs", () => {
  it("are left to a later process until their end has been told", async () => {
    const store = await openStore(":memory:");
    try {
      await store.callRecords.nameRecording(recording);
      expect(await store.callRecords.leftRecordings()).toEqual([recording]);
      await store.callRecords.nameRecording({ ...recording, durationS: 3 });
      expect(await store.callRecords.leftRecordings()).toEqual([{ ...recording, durationS: 3 }]);
      await store.callRecords.nameRecording({ ...recording, durationS: 3, ongoing: null });
      expect(await store.callRecords.leftRecordings()).toEqual([]);
      expect(await store.callRecords.recordingBySid(recording.sid)).toMatchObject({ durationS: 3, callSid: recording.callSid });
    } finally {
      await store.close();
    }
  });

  it("of which nobody knows the node are claimed by one process", async () => {
    const store = await openStore(":memory:");
    try {
      await store.callRecords.nameRecording({ ...recording, ongoing: { ...ongoing, node: null } });
      expect(await store.callRecords.claimRecording(recording.sid, "fs1")).toBe(true);
      expect(await store.callRecords.claimRecording(recording.sid, "fs2")).toBe(false);
      expect(await store.callRecords.leftRecordings()).toEqual([recording]);
    } finally {
      await store.close();
    }
  });
});
