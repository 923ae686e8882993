import { describe, expect, it } from "vitest";
import type { LegChange } from "../../src/calls/trace.js";
import { recordedEvents } from "../support/recordings.js";
import { splitAt, world } from "./world.js";

const RECORDING = "inbound-answer-hangup";
const stamp = (event: ReturnType<typeof recordedEvents>[number]): Date => new Date(Number(event["Event-Date-Timestamp"]) / 1000);

describe("what becomes of a leg", () => {
  it("is told once each, with FreeSWITCH's times, when the registry holds it", () => {
    const w = world();
    const told: string[] = [];
    w.registry.onLeg(({ type, leg, at }) => {
      expect(leg.answered).toBe(type === "answered" || (type === "completed" && leg.answeredAt !== null));
      expect(leg.hungUp).toBe(type === "completed");
      told.push(`${leg.uuid} ${type} ${at.toISOString()}`);
    });
    w.feed(splitAt(RECORDING, "api show channels").flat());
    const words = { CHANNEL_CREATE: "initiated", CHANNEL_PROGRESS: "ringing", CHANNEL_ANSWER: "answered", CHANNEL_HANGUP: "completed" };
    const expected = recordedEvents(RECORDING).flatMap((event) => {
      const word = Object.entries(words).find(([name]) => name === event["Event-Name"])?.[1];
      return word === undefined ? [] : [`${String(event["Unique-ID"])} ${word} ${stamp(event).toISOString()}`];
    });
    expect(expected).toHaveLength(8);
    expect(told).toEqual(expected);
  });

  it("is told of a leg whose end is only found", () => {
    const w = world();
    w.feed(splitAt(RECORDING, "api show channels")[0]);
    const told: string[] = [];
    w.registry.onLeg(({ type }) => told.push(type));
    w.registry.snapshot("fs", { coreUuid: "c", channels: [], registrations: [], afterSequence: 0, reason: "connect" });
    expect(told).toEqual(["completed", "completed"]);
  });

  it("includes the keys that are pressed", () => {
    const w = world();
    const [before] = splitAt(RECORDING, "api show channels");
    w.feed(before);
    const told: LegChange[] = [];
    w.registry.onLeg((change) => told.push(change));
    const last = before.findLast((item) => item.dir === "event");
    if (last?.dir !== "event") throw new Error("no event");
    w.feed([{ ...last, event: { ...last.event, "Event-Name": "DTMF", "DTMF-Digit": "#", "DTMF-Duration": "2000", "DTMF-Source": "RTP" } }]);
    expect(told).toMatchObject([{ type: "digit", digit: "#", durationMs: 250, at: stamp(last.event), leg: { uuid: last.event["Unique-ID"] } }]);
  });
});
