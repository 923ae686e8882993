import { describe, expect, it } from "vitest";
import { COMPARE, orderRows } from "../../../src/console/pages/calls/live/rows.js";
import { queryOf, shownRows, viewOf } from "../../../src/console/pages/calls/live/view.js";
import { AT, call, waiting } from "../wall/samples.js";

const rows = orderRows(
  [],
  new Map([call({ id: "talk" }), waiting({ id: "wait", fromName: "Rosa Lindqvist" }), call({ id: "hold", state: "held" }), call({ id: "park", state: "parked" }), call({ id: "ring", state: "ringing" }), call({ id: "asks", state: "held", consult: { to: "1002", agent: "1002", leg: "l", state: "active", since: call().createdAt } })].map((each) => [each.id, each])),
  { now: AT, limitsOf: () => null, nameOf: (id) => id },
  COMPARE.urgent,
);
const ids = (show: "all" | "waiting" | "talking" | "held", typed = ""): string[] => shownRows(rows, show, typed).rows.map(({ call: { id } }) => id).sort();

describe("what is shown", () => {
  it("is counted over all, whatever is shown", () => {
    expect(shownRows(rows, "held", "nobody").counts).toEqual({ all: 6, waiting: 1, talking: 2, held: 2 });
  });

  it("is one state, or all", () => {
    expect(ids("waiting")).toEqual(["wait"]);
    expect(ids("talking")).toEqual(["asks", "talk"]);
    expect(ids("held")).toEqual(["hold", "park"]);
    expect(shownRows(rows, "all", " ").rows).toBe(rows);
  });

  it("has every word that was typed", () => {
    expect(ids("all", "ROSA")).toEqual(["wait"]);
    expect(ids("all", "rosa billing")).toEqual(["wait"]);
    expect(ids("all", "rosa sales")).toEqual([]);
    expect(ids("talking", "rosa")).toEqual([]);
  });
});

describe("the address", () => {
  it("says only what is not as usual, and keeps what is not the list's", () => {
    expect(queryOf({ show: "all", sort: "urgent", open: null }, { big: "1", show: "held", call: "x" })).toEqual({ big: "1" });
    expect(queryOf({ show: "held", sort: "time", open: "c1" }, {})).toEqual({ show: "held", sort: "time", call: "c1" });
  });

  it("is read as it was written, and what makes no sense is as usual", () => {
    expect(viewOf({ show: "held", sort: "time", call: "c1" })).toEqual({ show: "held", sort: "time", open: "c1" });
    expect(viewOf({ show: "nonsense", sort: ["time", "agent"], call: "" })).toEqual({ show: "all", sort: "urgent", open: null });
  });
});
