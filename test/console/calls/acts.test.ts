import { describe, expect, it } from "vitest";
import type { Call, Contact } from "../../../src/console/api/types.js";
import { targetsOf } from "../../../src/console/pages/calls/acts/targets.js";
import { actsOf, modesOf } from "../../../src/console/supervision/rights.js";
import { call, leg, waiting } from "../wall/samples.js";

const carol = { role: "supervisor", agent: "1003", permissions: ["listen", "whisper"] } as const;
const supervisor = { ...carol, permissions: [...carol.permissions] };
const acts = (of: Call, me: Parameters<typeof actsOf>[1] = supervisor): string[] => [...actsOf(of, me)].sort();

describe("what a supervisor may do", () => {
  it("depends on the call's state", () => {
    expect(acts(call())).toEqual(["hangUp", "listen", "transfer"]);
    expect(acts(waiting())).toEqual(["hangUp", "move", "pickUp"]);
    expect(acts(call({ state: "parked" }))).toEqual(["hangUp", "move", "pickUp"]);
    expect(acts(call({ state: "ringing", assignedTo: null, legs: [leg(), leg({ role: "agent", agent: "1001", state: "ringing" })] }))).toEqual(["hangUp"]);
    expect(acts(call({ state: "ended" }))).toEqual([]);
  });

  it("is not to listen to the own call, to nobody, or while it is being transferred twice", () => {
    expect(acts(call({ assignedTo: "1003", legs: [leg(), leg({ role: "agent", agent: "1003" })] }))).toEqual(["hangUp", "transfer"]);
    expect(acts(call({ assignedTo: null, legs: [leg(), leg({ role: "other", agent: null })] }))).toEqual(["hangUp"]);
    expect(acts(call({ transfer: { type: "client", to: "1002", since: "2026-03-02T10:00:00Z" } }))).toEqual(["hangUp", "listen"]);
  });

  it("needs a phone to hear with, and the permission", () => {
    expect(acts(call(), { ...supervisor, agent: null })).toEqual(["hangUp", "transfer"]);
    expect(acts(waiting(), { ...supervisor, agent: null })).toEqual(["hangUp", "move"]);
    expect(acts(call(), { ...supervisor, permissions: [] })).toEqual(["hangUp", "transfer"]);
    expect(modesOf({ agent: "1003", permissions: ["barge", "listen"] })).toEqual(["listen", "barge"]);
  });

  it("is nothing for an agent", () => {
    expect(acts(call(), { ...supervisor, role: "agent" })).toEqual([]);
  });
});

describe("whom a call can be transferred to", () => {
  const contact = (of: Partial<Contact>): Contact => ({ type: "agent", id: "1", name: "n", extension: null, number: null, departments: [], presence: null, registered: null, free: null, waiting: null, longestWaitS: null, ...of });
  const agent = (id: string, status: "online" | "away", registered = true): Contact => contact({ id, name: id, extension: id, registered, presence: { status, reason: null, since: "2026-03-02T10:00:00Z" } });
  const contacts = [agent("unplugged", "online", false), agent("away", "away"), contact({ type: "number", id: "n1", name: "Plumber", number: "+15550100009" }), contact({ type: "department", id: "sales", name: "sales", free: 2 }), agent("free", "online"), agent("owner", "online")];
  const to = (typed: string): string[] => targetsOf(contacts, typed, new Set(["owner"])).map((each) => `${each.type}:${each.to}`);

  it("has the free first, those without a phone last, and nobody who is on the call", () => {
    expect(to("")).toEqual(["client:free", "department:sales", "client:away", "phonenumber:+15550100009", "client:unplugged"]);
  });

  it("has the number that was typed, unless it is known", () => {
    expect(to("+1 555 010 7777").at(-1)).toBe("phonenumber:+1 555 010 7777");
    expect(to("+15550100009")).toHaveLength(5);
    expect(to("anna")).toHaveLength(5);
  });
});
