import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { alarmsOf } from "../../../src/console/sound/alarms.js";
import { badgeOf, iconOf, titleOf } from "../../../src/console/sound/badge.js";
import { Bell } from "../../../src/console/sound/bell.js";
import { heldSince } from "../../../src/console/sound/held.js";
import { render, SOUNDS } from "../../../src/console/sound/tones.js";
import { commonEn } from "../../../src/console/messages/common.en.js";
import type { Queue } from "../../../src/console/api/types.js";
import { agent, ALICE, call } from "./fakes.js";

let played: string[];
let bell: Bell;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  played = [];
  bell = new Bell({
    play: (name) => played.push(name),
    loop: (name) => {
      played.push(`${name} on`);
      return () => played.push(`${name} off`);
    },
  });
});
afterEach(() => {
  bell.stop();
  vi.useRealTimers();
});

it("rings once for however many calls", () => {
  bell.ring(true);
  bell.ring(true);
  bell.ring(false);
  bell.ring(false);
  bell.ring(true);
  expect(played).toEqual(["ring on", "ring off", "ring on"]);
});

it("reminds of a held caller after one and two minutes, and not of one who is talked to again", () => {
  bell.holds(new Map([["c1", 1_000_000], ["c2", 1_000_000 - 90_000]]));
  bell.holds(new Map([["c1", 1_000_000], ["c2", 1_000_000 - 90_000]]));
  vi.advanceTimersByTime(29_000);
  expect(played).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(played).toEqual(["holdReminder"]);
  vi.advanceTimersByTime(30_000);
  expect(played).toHaveLength(2);
  bell.holds(new Map());
  vi.advanceTimersByTime(120_000);
  expect(played).toHaveLength(2);
});

it("counts a second hold of the same call anew", () => {
  bell.holds(new Map([["c1", 1_000_000]]));
  vi.advanceTimersByTime(50_000);
  bell.holds(new Map([["c1", 1_050_000]]));
  vi.advanceTimersByTime(59_000);
  expect(played).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(played).toEqual(["holdReminder"]);
});

it("sounds an alarm once, then every minute until it is seen or over", () => {
  bell.alarms(new Set(["wait billing"]));
  bell.alarms(new Set(["wait billing"]));
  expect(played).toEqual(["alarm"]);
  vi.advanceTimersByTime(60_000);
  expect(played).toHaveLength(2);
  bell.seen();
  vi.advanceTimersByTime(180_000);
  bell.alarms(new Set(["wait billing"]));
  expect(played).toHaveLength(2);
  bell.alarms(new Set(["wait billing", "wait support"]));
  expect(played).toHaveLength(3);
  bell.alarms(new Set(["wait billing"]));
  vi.advanceTimersByTime(180_000);
  expect(played).toHaveLength(3);
});

const queue = (given: Partial<Queue>): Queue => ({
  name: "billing", waiting: 0, serviceLevelS: 20, serviceLevelTarget: 0.8, alarms: { longestWaitS: 60, waiting: 2, talkS: null, awayS: null },
  figures: { waiting: 0, longestWaitS: 0, callbacks: 0, serviceLevel: null, answered: 0, abandoned: 0, overflowed: 0, averageWaitS: null, agents: { free: 0, busy: 0 } }, entries: [], ...given,
});
const entry = (queuedAt: number) => ({ callId: "c1", from: "+15550100001", fromName: null, fromText: "", queuedAt: new Date(queuedAt).toISOString(), position: 1, priority: 0, skills: [], offeredTo: [] });

it("calls a supervisor for what is past the department's limits", () => {
  expect([...alarmsOf([queue({ entries: [entry(1_000_000)], waiting: 1 })], 1_060_000)]).toEqual([]);
  expect([...alarmsOf([queue({ entries: [entry(1_000_000)], waiting: 3 })], 1_061_000)]).toEqual(["wait billing", "waiting billing"]);
  expect([...alarmsOf([queue({ entries: [entry(1_000_000)], waiting: 3, alarms: null })], 9_000_000)]).toEqual([]);
});

it("knows the agent's own held callers, by this machine's clock", () => {
  const held = call({ id: "c1", state: "held", heldBy: "agent", assignedTo: ALICE, stateSince: "2026-01-31T12:00:00.000Z" });
  expect([...heldSince([held, { ...held, id: "c2", assignedTo: "1002" }, { ...held, id: "c3", heldBy: "lostPhone" }, { ...held, id: "c4", state: "active" }], ALICE, 500)]).toEqual([["c1", Date.parse("2026-01-31T12:00:00.000Z") - 500]]);
});

it("shows the state in the tab by a shape and a word, and a supervision before all", () => {
  const words = { product: "Callplane", agentState: commonEn.agentState, mode: commonEn.mode };
  const agents = new Map([[ALICE, agent({})]]);
  const title = (calls: ReadonlyMap<string, ReturnType<typeof call>>): string => titleOf(badgeOf(ALICE, agents, calls), words);
  expect(title(new Map())).toBe("● Free · Callplane");
  const watched = call({ id: "c1", supervision: [{ agent: ALICE, mode: "barge", target: "1002", since: "2026-01-31T12:00:00.000Z", heardBy: ["agent", "customer"], hearers: [], muted: false }] });
  expect(title(new Map([["c1", watched]]))).toBe("Ⓑ Barge · Callplane");
  expect(titleOf(badgeOf(null, agents, new Map()), words)).toBe("Callplane");
  expect(iconOf({ kind: "none" })).toBeNull();
  expect(decodeURIComponent(iconOf({ kind: "agent", state: "ringing" }) ?? "")).toMatch(/^data:image\/svg\+xml,<svg .*M8 1 15\.4 15/);
});

it("makes sounds that neither click nor clip", () => {
  for (const sound of Object.values(SOUNDS)) {
    const samples = render(sound, 8000);
    expect(samples).toHaveLength(Math.round(sound.lasts * 8000));
    expect(Math.max(...samples.map(Math.abs))).toBeGreaterThan(0.3);
    expect(Math.max(...samples.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(Math.abs(samples[0] ?? 1)).toBe(0);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.05);
    let jump = 0;
    for (let index = 1; index < samples.length; index++) jump = Math.max(jump, Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0)));
    expect(jump).toBeLessThan(0.5);
  }
});
