import { describe, expect, it } from "vitest";
import { otherOf, partyOf } from "../../../src/console/pages/calls/party.js";
import { placesOf } from "../../../src/console/pages/calls/live/places.js";
import { call, entry, leg, queue } from "../wall/samples.js";

const nameOf = (id: string): string => ({ 1002: "Bob Stein" })[id] ?? id;

describe("whom a call is with", () => {
  it("is written as people write numbers, whoever called", () => {
    expect(partyOf(call({ fromName: null }), nameOf)).toEqual({ name: null, number: "(555) 010-0001" });
    expect(partyOf(call({ direction: "outbound", from: "1001", fromText: "1001", to: "+15550100001", toText: "(555) 010-0001", legs: [leg({ role: "agent", agent: "1001" })] }), nameOf)).toEqual({ name: null, number: "(555) 010-0001" });
  });
});

describe("who talks to a caller whom no agent has", () => {
  const without = (of: Parameters<typeof call>[0]) => otherOf(call({ assignedTo: null, ...of }));
  const outside = leg({ id: "leg-2", role: "other", number: "+15550100007", numberText: "(555) 010-0007" });

  it("is the party outside, by name or by number", () => {
    expect(without({ legs: [leg(), outside] })).toEqual({ kind: "party", name: "(555) 010-0007" });
    expect(without({ legs: [leg(), { ...outside, name: "Night service" }] })).toEqual({ kind: "party", name: "Night service" });
    expect(without({ to: "1012", toText: "1012", legs: [leg(), { ...outside, number: "gw+1012", numberText: "gw+1012" }] })).toEqual({ kind: "party", name: "1012" });
    expect(without({ state: "ringing", legs: [leg(), { ...outside, state: "ringing" }] })).toEqual({ kind: "party", name: "(555) 010-0007" });
  });

  it("is a program, or an announcement that is played", () => {
    expect(without({ state: "scripted", legs: [leg()] })).toEqual({ kind: "program" });
    expect(without({ legs: [leg(), leg({ id: "leg-3", role: "supervisor", agent: "1003" })] })).toEqual({ kind: "announcement" });
  });

  it("is nobody while the caller waits, and no other than the agent where there is one", () => {
    expect(without({ state: "queued", legs: [leg()] })).toBeNull();
    expect(without({ state: "parked", legs: [leg()] })).toBeNull();
    expect(otherOf(call())).toBeNull();
    expect(without({ legs: [leg(), leg({ id: "leg-2", role: "agent", agent: "1002" })] })).toBeNull();
  });
});

it("takes the places of waiting callers from the queues, which every page shows", () => {
  const places = placesOf([queue({ entries: [entry("a", 60), { ...entry("b", 30), position: 2 }] }), queue({ name: "sales", entries: [entry("c", 5)] })]);
  expect([...places]).toEqual([["a", 1], ["b", 2], ["c", 1]]);
});
