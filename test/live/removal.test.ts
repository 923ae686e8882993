import { describe, expect, it } from "vitest";
import type { Handover } from "../../src/calls/index.js";
import { removalOf } from "../../src/http/live/removal.js";
import { callView } from "./support.js";

const owned = callView("c", { assignedTo: "1001" });
const by = (how: Handover["how"], to: Handover["to"]): Handover => ({ how, from: "1001", to });
const bob = { type: "client", to: "1002" } as const;
const sales = { type: "department", to: "sales" } as const;

describe("an agent is told why a call is gone, and who has it", () => {
  it("of one that the agent had", () => {
    const now = callView("c", { assignedTo: "1002" });
    expect(removalOf("1001", owned, now, by("transferred", bob))).toEqual({ reason: "transferred", to: bob });
    expect(removalOf("1001", owned, now, by("pickedUp", bob))).toEqual({ reason: "pickedUp", to: bob });
    expect(removalOf("1001", owned, callView("c", { state: "queued", department: "sales" }), by("moved", sales))).toEqual({ reason: "moved", to: sales });
    expect(removalOf("1001", owned, callView("c"), by("joined", null))).toEqual({ reason: "joined", to: null });
    expect(removalOf("1001", owned, now, null)).toEqual({ reason: "left", to: bob });
    expect(removalOf("1001", owned, callView("c", { state: "queued", department: "sales" }), null)).toEqual({ reason: "moved", to: sales });
    expect(removalOf("1001", owned, callView("c", { state: "ended" }), by("transferred", bob))).toEqual({ reason: "ended", to: null });
  });

  it("of one that another agent has handed over before", () => {
    expect(removalOf("1002", callView("c", { assignedTo: "1002" }), callView("c", { assignedTo: "1003" }), by("transferred", bob))).toEqual({ reason: "left", to: { type: "client", to: "1003" } });
  });

  it("of one that came back, or was taken, after the agent had handed it over", () => {
    expect(removalOf("1001", owned, callView("c", { assignedTo: "1003" }), by("transferred", bob))).toEqual({ reason: "left", to: { type: "client", to: "1003" } });
    expect(removalOf("1001", callView("c", { state: "queued", department: "sales" }), callView("c", { assignedTo: "1002", department: "sales" }), by("transferred", sales))).toEqual({ reason: "taken", to: bob });
  });

  it("of one that waited or rang", () => {
    const waits = callView("c", { state: "queued", department: "support" });
    expect(removalOf("1001", waits, callView("c", { assignedTo: "1002" }), null)).toEqual({ reason: "taken", to: bob });
    expect(removalOf("1001", waits, callView("c", { state: "queued", department: "sales" }), null)).toEqual({ reason: "moved", to: sales });
    expect(removalOf("1001", waits, callView("c", { state: "parked", department: "support" }), null)).toEqual({ reason: "moved", to: null });
    const rings = callView("c", { state: "ringing", ringing: ["1001", "1002"] });
    expect(removalOf("1001", rings, callView("c", { assignedTo: "1002" }), null)).toEqual({ reason: "taken", to: bob });
    expect(removalOf("1001", rings, callView("c", { state: "ringing", ringing: ["1002"] }), null)).toEqual({ reason: "withdrawn", to: null });
    // A transfer to the agent that came to nothing.
    expect(removalOf("1001", callView("c", { assignedTo: "1002", ringing: ["1001"] }), callView("c", { assignedTo: "1002" }), null)).toEqual({ reason: "withdrawn", to: null });
  });
});
