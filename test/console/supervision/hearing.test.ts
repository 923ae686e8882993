import { describe, expect, it } from "vitest";
import type { Call, Mode } from "../../../src/console/api/types.js";
import { hearingOf, hearingSentences, microphoneOff } from "../../../src/console/supervision/hearing.js";
import { supervisionKey } from "../../../src/console/supervision/keys.js";
import { supervisionDe } from "../../../src/console/messages/supervision.de.js";
import { supervisionEn } from "../../../src/console/messages/supervision.en.js";
import { ago, call, leg } from "../wall/samples.js";

type Entry = Call["supervision"][number];
/** `hearers`: the legs that the server names; in the sample call the customer's is leg-1 and the agent's leg-2. */
const on = (mode: Mode, hearers: Entry["hearers"], of: Partial<Entry> = {}): Entry => ({ agent: "1003", mode, target: "1001", since: ago(5), heardBy: [], hearers, muted: false, ...of });
const nameOf = (id: string): string => ({ 1001: "Alice Moreau", 1002: "Bob Stein", 1004: "Dora Kern" })[id] ?? id;
const said = (of: Call, words: Parameters<typeof hearingSentences>[1] = supervisionEn): readonly string[] => {
  const hearing = hearingOf(of, "1003", nameOf);
  return hearing === null ? [] : hearingSentences(hearing, words);
};

describe("who hears whom, in words", () => {
  it("listen: nobody", () => {
    expect(said(call({ supervision: [on("listen", [])] }))).toEqual(["Alice Moreau does not hear you.", "Priya Raman does not hear you."]);
  });

  it("whisper: the agent alone", () => {
    expect(said(call({ supervision: [on("whisper", ["leg-2"])] }))).toEqual(["Alice Moreau hears you.", "Priya Raman does not hear you."]);
    expect(said(call({ supervision: [on("whisper", ["leg-2"])] }), supervisionDe)).toEqual(["Alice Moreau hört Sie.", "Priya Raman hört Sie nicht."]);
  });

  it("barge: both; muted: nobody, whatever the mode", () => {
    expect(said(call({ supervision: [on("barge", ["leg-1", "leg-2"])] }))).toEqual(["Alice Moreau hears you.", "Priya Raman hears you."]);
    expect(said(call({ supervision: [on("barge", [], { muted: true })] }))).toEqual(["Alice Moreau does not hear you.", "Priya Raman does not hear you."]);
  });

  it("takes the server's word, not the mode's name", () => {
    expect(said(call({ supervision: [on("barge", ["leg-2"])] }))).toEqual(["Alice Moreau hears you.", "Priya Raman does not hear you."]);
  });

  it("names the agent whose leg is listened to, whoever has the call, and a number where no name is known", () => {
    expect(said(call({ assignedTo: "1002", fromName: null, supervision: [on("whisper", ["leg-2"])] }))).toEqual(["Alice Moreau hears you.", "(555) 010-0001 does not hear you."]);
    const internal = call({ direction: "internal", to: "1002", assignedTo: "1001", legs: [leg({ role: "agent", agent: "1001" }), leg({ id: "leg-2", role: "agent", agent: "1002" })], supervision: [on("whisper", ["leg-2"], { target: "1002" })] });
    expect(said(internal)).toEqual(["Bob Stein hears you.", "Alice Moreau does not hear you."]);
  });

  it("names the agent who has the call while the supervision goes to the agent's leg", () => {
    expect(said(call({ assignedTo: "1002", legs: [leg(), leg({ id: "leg-2", role: "agent", agent: "1002" })], supervision: [on("whisper", [], { target: null })] }))).toEqual(["Bob Stein does not hear you.", "Priya Raman does not hear you."]);
  });

  it("knows the party of a call that the agent made, and of one between colleagues", () => {
    const outbound = call({ direction: "outbound", to: "+15550100009", legs: [leg({ name: "Marta Silva" }), leg({ role: "agent", agent: "1001" })], supervision: [on("listen", [])] });
    expect(said(outbound)[1]).toBe("Marta Silva does not hear you.");
    const internal = call({ direction: "internal", to: "1002", legs: [leg({ role: "agent", agent: "1001" }), leg({ role: "agent", agent: "1002" })], supervision: [on("listen", [])] });
    expect(said(internal)[1]).toBe("Bob Stein does not hear you.");
  });

  it("names the consulted party, who hears a barge while the caller does not, and no more after a swap", () => {
    const legs = [leg(), leg({ id: "a", role: "agent", agent: "1001" }), leg({ id: "b", role: "agent", agent: "1002" })];
    const consult = { to: "1002", agent: "1002", leg: "b", since: ago(1) };
    expect(said(call({ state: "held", legs, consult: { ...consult, state: "active" }, supervision: [on("barge", ["a", "b"])] }))).toEqual(["Alice Moreau hears you.", "Priya Raman does not hear you.", "Bob Stein hears you."]);
    expect(said(call({ legs, consult: { ...consult, state: "held" }, supervision: [on("barge", ["leg-1", "a"])] }))).toEqual(["Alice Moreau hears you.", "Priya Raman hears you.", "Bob Stein does not hear you."]);
    // The supervisor listens to the one who is consulted.
    expect(said(call({ state: "held", legs, consult: { ...consult, state: "active" }, supervision: [on("barge", ["a", "b"], { target: "1002" })] }))).toEqual(["Bob Stein hears you.", "Priya Raman does not hear you.", "Alice Moreau hears you."]);
  });

  it("names each of three colleagues once, whoever of them is listened to, and says of each what the server says of the leg", () => {
    const legs = [leg({ id: "a", role: "agent", agent: "1001" }), leg({ id: "c", role: "agent", agent: "1004" }), leg({ id: "b", role: "agent", agent: "1002", state: "held" })];
    const asks = call({ direction: "internal", from: "1001", to: "1002", state: "held", legs, consult: { to: "1004", agent: "1004", leg: "c", state: "active", since: ago(1) } });
    expect(said({ ...asks, supervision: [on("barge", ["a", "c"], { target: "1004", heardBy: ["agent"] })] })).toEqual(["Dora Kern hears you.", "Alice Moreau hears you.", "Bob Stein does not hear you."]);
    expect(said({ ...asks, supervision: [on("barge", ["a", "c"], { heardBy: ["agent"] })] })).toEqual(["Alice Moreau hears you.", "Bob Stein does not hear you.", "Dora Kern hears you."]);
    expect(said({ ...asks, supervision: [on("whisper", ["b"], { target: "1002", heardBy: ["agent"] })] })).toEqual(["Bob Stein hears you.", "Alice Moreau does not hear you.", "Dora Kern does not hear you."]);
    const together = call({ direction: "internal", to: "1002", conference: true, legs, supervision: [on("barge", ["a", "b", "c"], { heardBy: ["agent", "customer"] })] });
    expect(said(together)).toEqual(["Alice Moreau hears you.", "Dora Kern hears you.", "Bob Stein hears you."]);
  });

  it("names who is left when the customer has gone, and nobody whose phone still rings", () => {
    const left = [leg({ state: "ended" }), leg({ id: "a", role: "agent", agent: "1001" }), leg({ id: "b", role: "agent", agent: "1002" }), leg({ id: "c", role: "agent", agent: "1004", state: "ringing" })];
    expect(said(call({ legs: left, supervision: [on("barge", ["a", "b"], { heardBy: ["agent"] })] }))).toEqual(["Alice Moreau hears you.", "Bob Stein hears you."]);
  });

  it("says that a program has the caller", () => {
    expect(said(call({ state: "scripted", assignedTo: null, legs: [leg()], supervision: [on("listen", [], { target: null })] }))[0]).toBe("The menu does not hear you.");
  });

  it("names everybody in a conference who hears a barge", () => {
    const outside = leg({ id: "leg-3", role: "other", agent: null, number: "+15550100007", numberText: "(555) 010-0007" });
    const conference = call({ conference: true, legs: [leg(), leg({ id: "leg-2", role: "agent", agent: "1001" }), outside, leg({ id: "leg-5", role: "agent", agent: "1002", state: "held" })], supervision: [on("barge", ["leg-1", "leg-2", "leg-3"])] });
    expect(said(conference)).toEqual(["Alice Moreau hears you.", "Priya Raman hears you.", "(555) 010-0007 hears you.", "Bob Stein does not hear you."]);
  });

  it("names the other supervisors, and nobody who is not on the call", () => {
    const others = hearingOf(call({ supervision: [on("listen", []), on("barge", ["leg-1", "leg-2"], { agent: "1004" }), on("listen", [], { agent: null, stream: "MZ1" })] }), "1003", nameOf)?.others;
    expect(others).toEqual([{ name: "Dora Kern", mode: "barge" }]);
    expect(hearingOf(call({ supervision: [on("listen", [], { agent: "1004" })] }), "1003", nameOf)).toBeNull();
  });
});

describe("the page's own microphone", () => {
  it("is off in listen, from the moment at which listening is asked for", () => {
    expect(microphoneOff(null, "listen")).toBe(true);
    expect(microphoneOff(on("listen", []), null)).toBe(true);
    expect(microphoneOff(on("whisper", ["leg-2"]), "listen")).toBe(true);
    expect(microphoneOff(on("barge", ["leg-2"]), "off")).toBe(true);
  });

  it("comes on only when the event has come", () => {
    expect(microphoneOff(null, "whisper")).toBe(true);
    expect(microphoneOff(on("listen", []), "whisper")).toBe(true);
    expect(microphoneOff(on("whisper", ["leg-2"]), null)).toBe(false);
    expect(microphoneOff(on("whisper", [], { muted: true }), null)).toBe(true);
  });

  it("is left alone otherwise", () => {
    expect(microphoneOff(null, null)).toBeNull();
    expect(microphoneOff(null, "off")).toBeNull();
  });
});

describe("the keys", () => {
  const press = (key: string, more: Partial<Parameters<typeof supervisionKey>[0]> = {}) => supervisionKey({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });
  it("are L, W and Esc, and for barge Shift besides", () => {
    expect([press("l"), press("w"), press("b"), press("B", { shiftKey: true }), press("Escape")]).toEqual(["listen", "whisper", null, "barge", "leave"]);
  });

  it("are none with another modifier, or held down", () => {
    expect([press("w", { ctrlKey: true }), press("l", { metaKey: true }), press("W", { shiftKey: true }), press("B", { shiftKey: true, repeat: true })]).toEqual([null, null, null, null]);
  });
});
