import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { levelOf } from "../../../src/console/phone/audio.js";
import { countOf, gradeOf, qualityBetween, worstOf } from "../../../src/console/phone/quality.js";
import { QualityReporter } from "../../../src/console/phone/reporter.js";

const inbound = (packetsReceived: number, packetsLost: number, jitter = 0.004) => ({ type: "inbound-rtp", kind: "audio", packetsReceived, packetsLost, jitter });
const remote = (roundTripTime: number, fractionLost = 0) => ({ type: "remote-inbound-rtp", roundTripTime, fractionLost, jitter: 0.002 });

it("reads what the browser counts", () => {
  expect(countOf([inbound(500, 5), remote(0.08, 0.01)])).toEqual({ rttMs: 80, jitterMs: 4, received: 500, lost: 5, sentLossPct: 1 });
  expect(countOf([inbound(500, 5), { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.03 }])).toMatchObject({ rttMs: 30 });
  expect(countOf([{ type: "codec" }, null])).toBeNull();
});

it("judges what came since the last time, in both directions", () => {
  const before = countOf([inbound(500, 100)]);
  const now = countOf([inbound(990, 110), remote(0.05)]);
  expect(before === null || now === null ? null : qualityBetween(before, now)).toEqual({ rttMs: 50, jitterMs: 4, lossPct: 2, grade: "good" });
  const sent = countOf([inbound(990, 100), remote(0.05, 0.2)]);
  expect(before === null || sent === null ? null : qualityBetween(before, sent)).toMatchObject({ lossPct: 20, grade: "poor" });
});

it("does not judge by a few packets, and a packet that came late is no gain", () => {
  const before = { rttMs: 20, jitterMs: 1, received: 500, lost: 10, sentLossPct: null };
  expect(qualityBetween(before, { ...before, received: 520 })).toBeNull();
  expect(qualityBetween(before, { ...before, received: 1000, lost: 8 })).toMatchObject({ lossPct: 0, grade: "good" });
});

it.each([
  [{ rttMs: 300, jitterMs: 30, lossPct: 2 }, "good"],
  [{ rttMs: 301, jitterMs: 1, lossPct: 0 }, "fair"],
  [{ rttMs: 10, jitterMs: 1, lossPct: 4.9 }, "fair"],
  [{ rttMs: 10, jitterMs: 61, lossPct: 0 }, "poor"],
  [{ rttMs: 10, jitterMs: 1, lossPct: 5.1 }, "poor"],
] as const)("%j is %s", (found, grade) => {
  expect(gradeOf(found)).toBe(grade);
});

it("shows the worst of several calls", () => {
  const [good, poor] = [{ rttMs: 1, jitterMs: 1, lossPct: 0, grade: "good" }, { rttMs: 1, jitterMs: 1, lossPct: 9, grade: "poor" }] as const;
  expect(worstOf([good, poor, good])).toBe(poor);
  expect(worstOf([])).toBeNull();
});

it("shows a voice as more than half of the meter, and silence as nothing", () => {
  expect(levelOf(0)).toBe(0);
  expect(levelOf(0.0001)).toBe(0);
  expect(levelOf(0.05)).toBeGreaterThan(0.5);
  expect(levelOf(0.5)).toBe(1);
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("tells Callplane every ten seconds while somebody talks, and stops by itself", async () => {
  let packets = 0;
  let isUp = true;
  const connection = { getStats: () => Promise.resolve(new Map<string, object>([["1", inbound((packets += 500), 0)], ["2", remote(0.04)]])) };
  const told: unknown[] = [];
  const reporter = new QualityReporter({
    calls: () => (isUp ? [{ callId: "c1", sipCallId: "s1", connection }, { callId: null, sipCallId: "s2", connection }] : []),
    report: (callId, quality) => Promise.resolve(told.push([callId, quality])),
  });
  reporter.begin();
  reporter.begin();
  await vi.advanceTimersByTimeAsync(3000);
  expect(told).toEqual([["c1", { rttMs: 40, jitterMs: 4, lossPct: 0 }]]);
  expect(reporter.quality.value).toMatchObject({ grade: "good" });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toHaveLength(2);
  isUp = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reporter.quality.value).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});

it("goes on when a report is refused", async () => {
  let packets = 0;
  const connection = { getStats: () => Promise.resolve(new Map([["1", inbound((packets += 500), 0)]])) };
  let tries = 0;
  const reporter = new QualityReporter({ calls: () => [{ callId: "c1", sipCallId: "s1", connection }], report: () => Promise.reject(new Error(`refused ${tries++}`)) });
  reporter.begin();
  await vi.advanceTimersByTimeAsync(23_000);
  expect(tries).toBe(3);
});
