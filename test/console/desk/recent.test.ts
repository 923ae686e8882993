import { expect, it } from "vitest";
import { figuresOf, isDiallable, recentOf, targetOf, withRecord } from "../../../src/console/pages/desk/recent.js";
import { log, ME } from "./samples.js";

const self = new Set([ME]);
const midnight = Date.parse("2026-11-29T00:00:00.000Z");

it.each([
  ["handled", {}, { kind: "in", number: "+15550104471", fate: null }],
  ["missed", { answeredAt: null, talkMs: 0, status: "no-answer" as const }, { kind: "missed", number: "+15550104471", fate: "missed" }],
  ["outgoing", { direction: "outbound" as const, from: ME, to: "+442071234567" }, { kind: "out", number: "+442071234567", fate: null }],
  ["busy", { direction: "outbound" as const, to: "+442071234567", answeredAt: null, talkMs: 0, status: "busy" as const }, { kind: "out", number: "+442071234567", fate: "busy" }],
  ["to a colleague", { direction: "internal" as const, from: ME, to: "1014" }, { kind: "out", number: "1014", fate: null }],
  ["from a colleague", { direction: "internal" as const, from: "1014", to: ME }, { kind: "in", number: "1014", fate: null }],
])("tells a call that was %s", (_, more, expected) => expect(recentOf(log(more), self)).toMatchObject(expected));

it("counts what was talked in today", () => {
  const logs = [log({ talkMs: 120_000 }), log({ talkMs: 360_000 }), log({ talkMs: 0 }), log({ startedAt: "2026-11-28T14:00:00.000Z" })];
  expect(figuresOf(logs, midnight)).toEqual({ handled: 2, averageTalkMs: 240_000 });
  expect(figuresOf([], midnight)).toEqual({ handled: 0, averageTalkMs: null });
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
