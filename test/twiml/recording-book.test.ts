import { describe, expect, it } from "vitest";
import type { CallbackDelivery, ProgramRecording } from "../../src/twiml/index.js";
import { ProgramLog } from "../../src/twiml/program-log.js";
import { keepRecording } from "../../src/twiml/recording-book.js";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const TOLD = { url: "https://server.example/recorded", method: "POST", events: ["completed"] } as const;

/** Keeps a recording that was measured to last 2510 ms. */
async function keep(file: { readonly lengthMs: () => Promise<number | null>; readonly trim?: () => Promise<number | null> }) {
  const kept: ProgramRecording[] = [];
  const told: CallbackDelivery[] = [];
  const parts = {
    recordings: { add: async (recording: ProgramRecording) => void kept.push(recording), left: async () => [], claim: async () => true, lengthMs: file.lengthMs, trim: file.trim ?? (async () => null) },
    callbacks: { enqueue: async (delivery: CallbackDelivery) => void told.push(delivery) },
    log: new ProgramLog(quiet),
    publicUrl: "https://callplane.example",
  };
  const account = { organizationId: 1, accountSid: `AC${"a".repeat(32)}`, authToken: "b".repeat(32) };
  const facts = { sid: `RE${"c".repeat(32)}`, startedAt: new Date(0), channels: 1, track: "both", source: "RecordVerb", callback: TOLD } as const;
  const { durationS } = await keepRecording(parts, { account, callSid: `CA${"d".repeat(32)}`, callId: "call" }, { ...facts, path: "/recordings/one.wav", durationMs: 2510, trim: file.trim !== undefined });
  return { action: durationS, book: kept.map((each) => each.durationS), callback: told.map(({ form }) => new Map(form).get("RecordingDuration")) };
}

describe("the duration that is told of a recording", () => {
  it("is what its file lasts, which is not quite what was measured", async () => {
    expect(await keep({ lengthMs: async () => 2490 })).toEqual({ action: 2, book: [2], callback: ["2"] });
  });

  it("is what the file lasts without its silence", async () => {
    expect(await keep({ lengthMs: async () => 2490, trim: async () => 800 })).toEqual({ action: 1, book: [1], callback: ["1"] });
  });

  it("is what was measured where there was nothing to be trimmed yet", async () => {
    expect(await keep({ lengthMs: async () => 0, trim: async () => 0 })).toEqual({ action: 3, book: [3], callback: ["3"] });
  });

  it.each([
    ["is not within reach", async () => null],
    ["is not complete, so that its header tells no length", async () => 0],
    ["cannot be read", () => Promise.reject(new Error("EIO"))],
  ])("is what was measured where the file %s", async (_why, lengthMs) => {
    expect(await keep({ lengthMs })).toEqual({ action: 3, book: [3], callback: ["3"] });
  });
});
