import { describe, expect, it } from "vitest";
import { actsOf, firstOf, legToAnswer, SITUATIONS, situationOf, type Act, type Situation } from "../../../src/console/pages/desk/situation.js";
import type { Call } from "../../../src/console/api/types.js";
import { call, caller, consult, leg, ME } from "./samples.js";

const third = leg({ id: "leg-2", role: "other", agent: "1014", number: "1014", state: "ringing" });
const OTHER = "1014";

/** CONSOLE.md, "States of a call": what it is, and what its owner may do. */
const TABLE: readonly (readonly [string, Partial<Call>, Situation, readonly Act[]])[] = [
  ["offered by a department", { state: "queued", assignedTo: null, offeredTo: [ME], legs: [caller({ state: "parked" }), leg({ state: "ringing" })] }, "ringing", ["answer", "decline"]],
  ["rings directly", { state: "ringing", assignedTo: null, ringing: [ME], legs: [caller({ state: "ringing" }), leg({ state: "ringing" })] }, "ringing", ["answer", "decline"]],
  ["is answered, and the department's caller is not there yet", { state: "queued", assignedTo: null, offeredTo: [ME], legs: [caller({ state: "parked" }), leg()] }, "connecting", ["hangup"]],
  ["is answered, and FreeSWITCH has not joined it yet", { state: "ringing", assignedTo: null, department: null, legs: [caller({ state: "ringing" }), leg()] }, "connecting", ["hangup"]],
  ["is answered by whom it is passed on to", { state: "held", heldBy: "agent", assignedTo: "1014", transfer: { type: "client", to: ME, since: "2026-11-29T14:05:00.000Z" }, legs: [caller({ state: "held" }), leg()] }, "connecting", ["hangup"]],
  ["is taken from the line, and the own phone rings", { state: "queued", legs: [caller({ state: "parked" }), leg({ state: "ringing" })] }, "ringing", ["answer", "decline"]],
  ["is dialled", { state: "ringing", direction: "outbound", legs: [leg(), caller({ state: "ringing" })] }, "dialling", ["cancelDial"]],
  ["is dialled, the own phone first", { state: "ringing", direction: "outbound", legs: [leg({ state: "ringing" })] }, "dialling", ["answer", "cancelDial"]],
  ["is dialled, and is nobody's before the own phone has answered", { state: "ringing", direction: "outbound", assignedTo: null, department: null, ringing: [ME], legs: [leg({ state: "ringing" })] }, "dialling", ["answer", "cancelDial"]],
  ["a department calls somebody back", { state: "ringing", direction: "outbound", assignedTo: null, ringing: [ME], legs: [leg({ state: "ringing" })] }, "ringing", ["answer", "decline"]],
  ["talks", {}, "talking", ["mute", "hold", "keypad", "transfer", "add", "record", "park", "hangup"]],
  ["a third rings", { legs: [caller(), leg(), third] }, "adding", ["cancelAdd", "hangup"]],
  ["on hold", { state: "held", heldBy: "agent" }, "held", ["resume", "transfer", "hangup"]],
  ["held by the phone", { state: "held", heldBy: "phone" }, "heldByPhone", ["hangup"]],
  ["the phone is lost", { state: "held", heldBy: "lostPhone", legs: [caller({ state: "held" })] }, "phoneLost", ["resume", "hangup"]],
  ["parked", { state: "parked", legs: [caller({ state: "parked" })] }, "parked", ["takeBack", "transfer", "hangup"]],
  ["a consultation rings", { state: "held", heldBy: "agent", consult: consult("ringing"), legs: [caller({ state: "held" }), leg(), third] }, "consultRinging", ["cancelConsult"]],
  ["consults", { state: "held", heldBy: "agent", consult: consult("active") }, "consulting", ["mute", "keypad", "swap", "cancelConsult", "complete"]],
  ["swapped to the caller", { consult: consult("held") }, "consultSwapped", ["mute", "swap", "cancelConsult", "complete"]],
  ["a conference", { conference: true, legs: [caller(), leg(), { ...third, state: "active" }] }, "conference", ["mute", "keypad", "add", "record", "leave"]],
  ["a transfer is under way", { state: "held", heldBy: "agent", transfer: { type: "client", to: "1014", since: "2026-11-29T14:05:00.000Z" } }, "transferring", ["cancelTransfer", "hangup"]],
];

describe("what a call is to the agent", () => {
  it.each(TABLE)("%s", (_, more, situation, acts) => {
    expect(situationOf(call(more), ME)).toBe(situation);
    expect([...actsOf(call(more), ME)]).toEqual(acts);
  });

  it("shows no act outside its bar, but for answering", () => {
    for (const { bar, owner, other } of Object.values(SITUATIONS)) for (const act of [...owner, ...other]) expect(act === "answer" || bar.includes(act)).toBe(true);
  });

  it("does not let a consultation be completed before it is answered", () => {
    const ringing = call({ state: "held", consult: consult("ringing") });
    expect(actsOf(ringing, ME).has("complete")).toBe(false);
    expect(SITUATIONS.consultRinging.bar).toContain("complete");
  });

  it("lets a colleague who was called hold, mute and hang up, and nothing else", () => {
    const internal = call({ direction: "internal", assignedTo: OTHER, legs: [leg({ id: "a", agent: OTHER }), leg()] });
    expect([...actsOf(internal, ME)]).toEqual(["mute", "hold", "hangup"]);
  });

  it("knows the one who is consulted", () => {
    const asked = call({ assignedTo: ME, state: "held", consult: consult("active"), legs: [caller({ state: "held" }), leg(), leg({ id: "leg-2", agent: OTHER })] });
    expect(situationOf(asked, OTHER)).toBe("consulted");
    expect([...actsOf(asked, OTHER)]).toEqual(["mute", "hangup"]);
  });

  it("answers by the phone in the page where that is one of those that ring, else by the first one", () => {
    const [desk, page] = [leg({ id: "leg-1", state: "ringing", sipCallId: "sip-1" }), leg({ id: "leg-2", state: "ringing", sipCallId: "sip-2" })];
    const rings = call({ state: "queued", assignedTo: null, offeredTo: [ME], legs: [caller({ state: "parked" }), desk, page] });
    expect(legToAnswer(rings, ME, ["sip-2"])).toEqual({ leg: page, inPage: "sip-2" });
    expect(legToAnswer(rings, ME, ["sip-9"])).toEqual({ leg: desk, inPage: null });
    expect(legToAnswer(rings, ME, [])).toEqual({ leg: desk, inPage: null });
    expect(legToAnswer(call(), ME, ["sip-1"])).toBeNull();
  });

  it("takes the first possible act of a key", () => {
    expect(firstOf(["hold", "resume", "takeBack"], actsOf(call({ state: "held", heldBy: "agent" }), ME))).toBe("resume");
    expect(firstOf(["answer"], actsOf(call(), ME))).toBeNull();
  });
});
