import { describe, expect, it } from "vitest";
import type { Call } from "../../../src/console/api/types.js";
import { deskDe } from "../../../src/console/messages/desk.de.js";
import { deskEn } from "../../../src/console/messages/desk.en.js";
import { coachText } from "../../../src/console/pages/desk/coach.js";
import { bookOf } from "../../../src/console/pages/desk/parties.js";
import { call, caller, colleague, consult, leg, ME } from "./samples.js";

type Entry = Call["supervision"][number];
const book = bookOf([colleague("Carol Weiss", "online", { id: "1003", extension: "1003" }), colleague("Bob Okafor", "inCall", { id: "1014" })]);
const bob = leg({ id: "leg-2", agent: "1014", number: "1014" });
const by = (mode: Entry["mode"], hearers: string[], more: Partial<Entry> = {}): Entry => ({ agent: "1003", mode, since: "2026-11-29T14:06:00.000Z", target: ME, heardBy: [], hearers, muted: false, ...more });
const said = (entry: Entry, of: Call = call(), who = ME, words = deskEn): string => coachText(entry, of, who, book, words.coach);

const consulting = call({ state: "held", heldBy: "agent", consult: consult("active"), legs: [caller({ state: "held" }), leg(), bob] });
const swapped = call({ consult: consult("held"), legs: [caller(), leg(), { ...bob, state: "held" }] });

describe("the line about a supervisor", () => {
  it("names who hears and who does not, in a consultation the one who is consulted", () => {
    expect(said(by("barge", ["leg-1", "leg-0"]))).toBe("Carol Weiss is in the call. You and Priya Raman hear it.");
    expect(said(by("barge", ["leg-1", "leg-2"]), consulting)).toBe("Carol Weiss is in the call. You and Bob Okafor hear it. Priya Raman does not.");
    expect(said(by("barge", ["leg-1", "leg-2"]), consulting, ME, deskDe)).toBe("Carol Weiss ist im Gespräch. Sie und Bob Okafor hören es. Priya Raman hört es nicht.");
  });

  it("follows a swap, at both desks", () => {
    const entry = by("barge", ["leg-1", "leg-0"]);
    expect(said(entry, swapped)).toBe("Carol Weiss is in the call. You and Priya Raman hear it. Bob Okafor does not.");
    const atBobs = coachText(entry, swapped, "1014", bookOf([colleague("Alice Moreau", "inCall", { id: ME, extension: ME }), colleague("Carol Weiss", "online", { id: "1003", extension: "1003" })]), deskEn.coach);
    expect(atBobs).toBe("Carol Weiss is in the call. Priya Raman and Alice Moreau hear it, you do not.");
  });

  it("whispers to one, and is told apart from one who is muted or listens", () => {
    expect(said(by("whisper", ["leg-1"]), consulting)).toBe("Carol Weiss whispers to you. Nobody else hears it.");
    expect(said(by("whisper", ["leg-2"], { target: "1014" }), consulting)).toBe("Carol Weiss whispers to Bob Okafor. You do not hear it.");
    expect(said(by("barge", [], { muted: true }))).toBe("Carol Weiss is there, and muted.");
    expect(said(by("listen", []))).toBe("Carol Weiss listens. Nobody hears that.");
    expect(said(by("barge", ["leg-1"]), call({ state: "held", heldBy: "agent" }))).toBe("Carol Weiss is in the call. You hear it. Priya Raman does not.");
  });
});
