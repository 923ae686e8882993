import { describe, expect, it } from "vitest";
import { deskDe } from "../../../src/console/messages/desk.de.js";
import { deskEn } from "../../../src/console/messages/desk.en.js";
import { bookOf } from "../../../src/console/pages/desk/parties.js";
import { ringingBeside, ringOf } from "../../../src/console/pages/desk/ring.js";
import { timesOf } from "../../../src/console/pages/desk/times.js";
import { call, caller, colleague, consult, leg, ME } from "./samples.js";

const book = bookOf([colleague("Alice Moreau", "inCall", { id: "1002", extension: "1002" })]);
const ringing = leg({ id: "leg-2", state: "ringing" });
const alices = { assignedTo: "1002", ringing: [ME], legs: [caller({ state: "held" }), leg({ agent: "1002" }), ringing] } as const;
const direct = call({ id: "rings", state: "ringing", assignedTo: null, department: null, ringing: [ME], legs: [caller({ state: "ringing" }), ringing] });

describe("a call that rings says why, and who is heard when it is answered", () => {
  const consulted = call({ ...alices, legs: [...alices.legs], ringing: [ME], state: "held", heldBy: "agent", consult: { ...consult("ringing"), agent: ME } });
  const passedOn = call({ ...alices, legs: [...alices.legs], ringing: [ME], state: "held", heldBy: "agent", transfer: { type: "client", to: ME, since: "2026-11-29T14:05:00.000Z" } });
  it.each([
    ["a consultation", consulted, "Alice Moreau consults you about Priya Raman", "Alice Moreau"],
    ["a consultation of a phone that is known by its leg alone", { ...consulted, consult: { ...consult("ringing"), agent: null } }, "Alice Moreau consults you about Priya Raman", "Alice Moreau"],
    ["a transfer", passedOn, "Alice Moreau passes Priya Raman on to you", "Priya Raman"],
    ["a conference", call({ ...alices, legs: [...alices.legs], ringing: [ME] }), "Alice Moreau wants you in the call with Priya Raman", "Alice Moreau"],
    ["a direct call", direct, "Calls you", "Priya Raman"],
    ["a department's", call({ state: "queued", assignedTo: null, offeredTo: [ME] }), "Calls billing", "Priya Raman"],
  ])("%s", (_, of, why, name) => expect(ringOf(of, ME, book, deskEn.ring)).toMatchObject({ why, party: { name } }));

  it("in German, too", () => expect(ringOf(consulted, ME, book, deskDe.ring).why).toBe("Alice Moreau hält Rückfrage bei Ihnen, es geht um Priya Raman"));

  it("stands beside the call that the agent is at", () => {
    expect(ringingBeside([call(), direct], ME, "call-1").map(({ id }) => id)).toEqual(["rings"]);
    expect(ringingBeside([call(), direct], ME, "rings")).toEqual([]);
  });
});

describe("how long a call lasts", () => {
  const held = "2026-11-29T14:10:00.000Z";
  const answered = "2026-11-29T14:00:52.000Z";
  it("counts from the answer, whatever was held in between, and the hold beside it", () => {
    expect(timesOf(call({ stateSince: held }), "talking")).toEqual({ since: answered, heldSince: null });
    expect(timesOf(call({ state: "held", heldBy: "agent", stateSince: held }), "held")).toEqual({ since: answered, heldSince: held });
    expect(timesOf(call({ state: "parked", stateSince: held }), "parked")).toEqual({ since: answered, heldSince: held });
    expect(timesOf(call({ state: "held", heldBy: "agent", stateSince: held, consult: consult("active") }), "consulting")).toEqual({ since: answered, heldSince: held });
  });
  it("counts what there is before anybody talks, and one's own part as the one who is consulted", () => {
    expect(timesOf(direct, "ringing")).toEqual({ since: direct.stateSince, heldSince: null });
    expect(timesOf(call({ state: "held", stateSince: held, consult: consult("active") }), "consulted")).toEqual({ since: "2026-11-29T14:05:00.000Z", heldSince: null });
  });
});
