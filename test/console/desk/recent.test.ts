import { expect, it } from "vitest";
import { callersOf, figuresOf, isDiallable, recentOf, targetOf, withOwnTalk, withRecord } from "../../../src/console/pages/desk/recent.js";
import { log, ME } from "./samples.js";

const self = new Set([ME]);
const midnight = Date.parse("2026-11-29T00:00:00.000Z");

it.each([
  ["handled", {}, { kind: "in", number: "+15550104471", text: "(555) 010-4471", name: "Priya Raman", fate: null, isPassedOn: false, last: null }],
  ["passed on, and goes on", { endedAt: null, talkMs: 0, status: "in-progress" as const, agent: "1014" }, { kind: "in", fate: null, isPassedOn: true, last: "1014" }],
  ["over before it was a second old", { talkMs: 0 }, { kind: "in", fate: null }],
  ["broken off before anybody answered", { answeredAt: null, talkMs: 0, status: "failed" as const }, { kind: "in", fate: "interrupted" }],
  ["of a number alone", { fromName: "+15550104471" }, { name: null }],
  ["missed", { answeredAt: null, talkMs: 0, status: "no-answer" as const }, { kind: "missed", number: "+15550104471", fate: "missed" }],
  ["outgoing", { direction: "outbound" as const, from: ME, to: "+442071234567", toText: "+44 20 7123 4567" }, { kind: "out", number: "+442071234567", text: "+44 20 7123 4567", name: null, fate: null }],
  ["busy", { direction: "outbound" as const, to: "+442071234567", answeredAt: null, talkMs: 0, status: "busy" as const }, { kind: "out", number: "+442071234567", fate: "busy" }],
  ["to a colleague", { direction: "internal" as const, from: ME, to: "1014" }, { kind: "out", number: "1014", fate: null }],
  ["from a colleague", { direction: "internal" as const, from: "1014", to: ME }, { kind: "in", number: "1014", fate: null }],
])("tells a call that was %s", (_, more, expected) => expect(recentOf(log(more), self)).toMatchObject(expected));

it("counts what was talked in today", () => {
  const logs = [log({ talkMs: 120_000 }), log({ talkMs: 360_000 }), log({ talkMs: 0 }), log({ startedAt: "2026-11-28T14:00:00.000Z" })];
  expect(figuresOf(logs, midnight)).toEqual({ handled: 2, averageTalkMs: 240_000 });
  expect(figuresOf([], midnight)).toEqual({ handled: 0, averageTalkMs: null });
});

it("counts of a call that others had the agent's own part, also while it goes on", () => {
  const leg = { id: "leg", role: "agent" as const, direction: "outbound" as const, agent: ME, number: ME, numberText: ME, name: null, startedAt: "2026-11-29T14:00:00.000Z", answeredAt: "2026-11-29T14:00:10.000Z", endedAt: "2026-11-29T14:02:10.000Z", hangupCause: null, sipCallId: null, source: "events" as const };
  const now = Date.parse("2026-11-29T14:03:10.000Z");
  const goesOn = log({ agent: "1014", endedAt: null, talkMs: 0, status: "in-progress" });
  expect(withOwnTalk({ ...goesOn, legs: [leg] }, ME, now).talkMs).toBe(120_000);
  expect(withOwnTalk({ ...goesOn, legs: [{ ...leg, endedAt: null }] }, ME, now).talkMs).toBe(180_000);
  expect(withOwnTalk({ ...log({ agent: "1014", talkMs: 900_000 }), legs: [leg] }, ME, now).talkMs).toBe(120_000);
  expect(withOwnTalk({ ...log(), legs: [leg] }, ME, now).talkMs).toBe(300_000);
  expect(figuresOf([withOwnTalk({ ...goesOn, legs: [leg] }, ME, now)], midnight)).toEqual({ handled: 1, averageTalkMs: 120_000 });
});

it("knows callers by number", () => {
  expect([...callersOf([log(), log({ fromName: "Older" }), log({ from: "+1", fromName: null }), log({ direction: "internal", from: "1014", fromName: "Agent 1014" })])]).toEqual([["+15550104471", "Priya Raman"]]);
});

it("puts a record in its place, once", () => {
  const old = log({ id: "old", startedAt: "2026-11-29T10:00:00.000Z" });
  expect(withRecord([log(), old], log({ id: "old", startedAt: "2026-11-29T10:00:00.000Z", disposition: "solved" }), 5).map(({ id, disposition }) => [id, disposition])).toEqual([["log-1", null], ["old", "solved"]]);
  expect(withRecord([log(), old], log({ id: "new", startedAt: "2026-11-29T16:00:00.000Z" }), 2).map(({ id }) => id)).toEqual(["new", "log-1"]);
});

it("calls back an extension as a colleague, and no name of a program", () => {
  expect(targetOf("1014")).toEqual({ type: "client", to: "1014" });
  expect(targetOf("+15550104471")).toEqual({ type: "phonenumber", to: "+15550104471" });
  expect([isDiallable("+15550104471"), isDiallable("anonymous"), isDiallable("queue:support")]).toEqual([true, false, false]);
});
