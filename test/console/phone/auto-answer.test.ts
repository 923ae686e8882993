import { expect, it } from "vitest";
import { answerAfterMs, askedBy, isAskedFor, isHeard } from "../../../src/console/phone/auto-answer.js";
import { ALICE, call, leg } from "./fakes.js";

const header = (headers: Readonly<Record<string, string>>) => (name: string) => headers[name] ?? null;

it.each([
  [{ "Call-Info": "<sip:10.0.0.1>;answer-after=0" }, 0],
  [{ "Call-Info": "answer-after=2" }, 2000],
  [{ "Call-Info": "<http://example.org>;purpose=icon" }, null],
  [{ "Alert-Info": "info=alert-autoanswer" }, 0],
  [{ "Alert-Info": "Auto Answer" }, 0],
  [{ "Alert-Info": "<http://example.org/bell.wav>" }, null],
  [{ "Answer-Mode": "Auto" }, 0],
  [{ "Answer-Mode": "Manual" }, null],
  [{}, null],
])("an INVITE with %j is answered after %s", (headers, after) => {
  expect(answerAfterMs(header(headers))).toBe(after);
});

it("knows what of its own requests makes the phone ring", () => {
  expect(askedBy("POST", "/voicechannel/calls", null)).toEqual({ what: "call", callId: null });
  expect(askedBy("POST", "/voicechannel/calls/{id}:supervise", "c1")).toEqual({ what: "supervise", callId: "c1" });
  expect(askedBy("POST", "/voicechannel/calls/{id}:pickup", "c1")).toEqual({ what: "pickup", callId: "c1" });
  expect(askedBy("POST", "/voicechannel/calls/{id}:hold", "c1")).toBeNull();
  expect(askedBy("GET", "/voicechannel/calls", null)).toBeNull();
});

it("takes no other call for the one that was asked for", () => {
  const own = leg({ id: "l1", role: "supervisor" });
  const watched = call({ id: "c1", legs: [own] });
  expect(isAskedFor({ what: "supervise", callId: "c1" }, watched, own, ALICE)).toBe(true);
  expect(isAskedFor({ what: "supervise", callId: "l1" }, watched, own, ALICE)).toBe(true);
  expect(isAskedFor({ what: "supervise", callId: "c2" }, watched, own, ALICE)).toBe(false);
  expect(isAskedFor({ what: "pickup", callId: "c1" }, watched, own, ALICE)).toBe(false);
  expect(isAskedFor({ what: "supervise", callId: "c1" }, watched, leg({ id: "l2", role: "supervisor", agent: "1002" }), ALICE)).toBe(false);
  const offered = leg({ id: "l3" });
  expect(isAskedFor({ what: "call", callId: null }, call({ id: "c3", legs: [offered] }), offered, ALICE)).toBe(false);
  const dialled = leg({ id: "c4" });
  expect(isAskedFor({ what: "call", callId: null }, call({ id: "c4", direction: "outbound", legs: [dialled] }), dialled, ALICE)).toBe(true);
  // A colleague dials, and this phone is rung.
  expect(isAskedFor({ what: "call", callId: null }, call({ id: "c5", direction: "internal", legs: [leg({ id: "c5", agent: "1002" }), offered] }), offered, ALICE)).toBe(false);
});

it("is heard in whisper and barge, and never in listen", () => {
  const own = leg({ id: "l1", role: "supervisor", state: "active" });
  const mode = (given: "listen" | "whisper" | "barge", muted = false) => ({
    call: call({ id: "c1", legs: [own], supervision: [{ agent: ALICE, mode: given, target: "1002", since: "2026-01-31T12:00:00.000Z", heardBy: [], hearers: [], muted }] }),
    leg: own,
  });
  const how = { agent: ALICE, byItself: true, asked: null };
  expect(isHeard(mode("listen"), how)).toBe(false);
  expect(isHeard(mode("whisper"), how)).toBe(true);
  expect(isHeard(mode("barge"), how)).toBe(true);
  expect(isHeard(mode("barge", true), how)).toBe(false);
  expect(isHeard({ call: call({ id: "c1", legs: [own] }), leg: own }, how)).toBe(false);
});

it("is not heard on a call that answered itself before an event says what it is", () => {
  expect(isHeard(null, { agent: ALICE, byItself: true, asked: null })).toBe(false);
  expect(isHeard(null, { agent: ALICE, byItself: true, asked: { what: "supervise", callId: "c1" } })).toBe(false);
  expect(isHeard(null, { agent: ALICE, byItself: true, asked: { what: "call", callId: null } })).toBe(true);
  expect(isHeard(null, { agent: ALICE, byItself: false, asked: null })).toBe(true);
});
