import { describe, expect, it } from "vitest";
import { cursorOf, directionOf, entryOf, given, keptFrom, momentOf, nextPage, oneOf, only, previousPage, queryOf, rangeOf, readState, sortOf, withFilters, withSort, type ListState } from "../../../src/console/lists/list-state.js";
import { pageOf } from "../../../src/console/lists/types.js";

const named = (...names: readonly string[]) => names.map((name) => ({ name }));
const state: ListState = { sort: "-name", cursors: ["a", "b"], filters: { q: "ann", role: "agent" } };

describe("what a list shows, in the address", () => {
  it("is read as it was written", () => {
    const query = queryOf(state);
    expect(query).toEqual({ q: "ann", role: "agent", sort: "-name", cursor: ["a", "b"] });
    expect(readState({ q: "ann", role: "agent", sort: "-name", cursor: ["a", "b"], open: "7" }, named("q", "role", "state"))).toEqual(state);
    expect(queryOf(readState({}, named("q")))).toEqual({});
  });

  it("takes one cursor, empty filters and repeated ones as they come", () => {
    expect(readState({ cursor: "a", q: "", role: ["x", "y"], sort: null }, named("q", "role"))).toEqual({ sort: null, cursors: ["a"], filters: { role: "x" } });
  });

  it("holds no name and no number of a caller: they are kept with the history's entry", () => {
    const filters = [{ name: "q", isPrivate: true }, ...named("role")] as const;
    expect(queryOf(state, filters)).toEqual({ role: "agent", sort: "-name", cursor: ["a", "b"] });
    expect(readState({ role: "agent", sort: "-name", cursor: ["a", "b"] }, filters, { position: 3, ...entryOf(state, filters) })).toEqual(state);
    expect(readState({ q: "from the address" }, filters, { filters: { role: "admin" } }).filters).toEqual({});
    expect(readState({}, filters, keptFrom(entryOf(state, filters))).filters).toEqual({ q: "ann" });
    for (const entry of [null, "x", { filters: null }, { filters: { q: 7 } }]) expect(readState({}, filters, entry).filters).toEqual({});
  });

  it("goes to the next page and back by the cursors", () => {
    const next = nextPage(state, "c");
    expect(cursorOf(next)).toEqual({ cursor: "c" });
    expect(previousPage(next)).toEqual(state);
    expect(cursorOf(previousPage(previousPage(state)))).toEqual({});
  });

  it("says which of how many are shown", () => {
    expect([rangeOf({ cursors: [] }, 50), rangeOf({ cursors: ["a", "b"] }, 7), rangeOf({ cursors: [] }, 0)]).toEqual([{ from: 1, to: 50 }, { from: 101, to: 107 }, { from: 0, to: 0 }]);
  });

  it("begins anew with another filter or sort", () => {
    expect(withFilters(state, { role: "" })).toEqual({ sort: "-name", cursors: [], filters: { q: "ann" } });
    expect(withFilters(state, { q: "bob" }).filters).toEqual({ q: "bob", role: "agent" });
    expect(withSort(state, "role")).toMatchObject({ sort: "role", cursors: [] });
  });

  it("sorts upwards, downwards, then as usual", () => {
    const up = withSort({ ...state, sort: null }, "name");
    const down = withSort(up, "name");
    expect([up.sort, down.sort, withSort(down, "name").sort]).toEqual(["name", "-name", null]);
    expect([directionOf(up, "name"), directionOf(down, "name"), directionOf(down, "role")]).toEqual(["ascending", "descending", "none"]);
  });
});

describe("what a list asks for", () => {
  it("is only what the API takes", () => {
    expect(sortOf(["name", "role"], state)).toEqual({ sort: "-name" });
    expect(sortOf(["role"], state)).toEqual({});
    expect(given(state, "q", "state")).toEqual({ q: "ann" });
    expect(oneOf(["agent", "admin"], "root")).toBeUndefined();
    expect(only({ a: 1, b: undefined })).toEqual({ a: 1 });
  });

  it("has moments of the person's own clock in UTC", () => {
    expect(momentOf("2026-11-30T14:00")).toBe(new Date(2026, 10, 30, 14).toISOString());
    expect([momentOf("yesterday"), momentOf(undefined)]).toEqual([undefined, undefined]);
  });

  it("ends where the API leaves the next page out", () => {
    expect(pageOf({ items: [1] })).toEqual({ items: [1], total: null, next: null });
    expect(pageOf({ items: [], total: 0, next: null })).toEqual({ items: [], total: 0, next: null });
  });
});
