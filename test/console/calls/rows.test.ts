import { describe, expect, it } from "vitest";
import type { Call } from "../../../src/console/api/types.js";
import { COMPARE, freshRow, orderRows, RANK, type Compare, type Row, type RowContext } from "../../../src/console/pages/calls/live/rows.js";
import { AT, ago, call, queue, waiting } from "../wall/samples.js";

const limits = queue().alarms;
const context = (of: Partial<RowContext> = {}): RowContext => ({ now: AT, limitsOf: (name) => (name === "billing" ? limits : null), nameOf: (id) => ({ 1001: "Alice", 1002: "Bob" })[id] ?? id, ...of });
const mapOf = (...calls: Call[]): Map<string, Call> => new Map(calls.map((each) => [each.id, each]));
const ids = (rows: readonly Row[]): string[] => rows.map(({ call: { id } }) => id);

describe("urgent first", () => {
  it("is help, then what is past a limit, then who waits, then long conversations, then the rest, each by length", () => {
    const calls = mapOf(
      call({ id: "short", stateSince: ago(10) }),
      call({ id: "long", stateSince: ago(600) }),
      call({ id: "over", stateSince: ago(1000) }),
      waiting({ id: "waits", queuedAt: ago(20) }),
      waiting({ id: "waits longer", queuedAt: ago(100) }),
      waiting({ id: "too long", queuedAt: ago(121) }),
      call({ id: "alone", state: "held", heldBy: "lostPhone", stateSince: ago(5) }),
      call({ id: "help", stateSince: ago(1), help: { by: "1001", reason: null, since: ago(1) } }),
      call({ id: "ringing", state: "ringing", stateSince: ago(6) }),
    );
    expect(ids(orderRows([], calls, context(), COMPARE.urgent))).toEqual(["help", "too long", "alone", "waits longer", "waits", "over", "long", "short", "ringing"]);
  });

  it("moves a caller up when the limit passes, though nothing else has changed", () => {
    const calls = mapOf(waiting({ id: "a", queuedAt: ago(110), department: "other" }), waiting({ id: "b", queuedAt: ago(100) }));
    const before = orderRows([], calls, context(), COMPARE.urgent);
    expect(ids(before)).toEqual(["a", "b"]);
    const after = orderRows(before, calls, context({ now: AT + 30_000 }), COMPARE.urgent);
    expect(ids(after)).toEqual(["b", "a"]);
    expect(after[0]).toMatchObject({ level: "act", limitMs: 120_000, rank: RANK.act });
  });
});

describe("a row", () => {
  it("stays the same object while nothing of it changes", () => {
    const calls = mapOf(call({ id: "a" }), call({ id: "b" }));
    const before = orderRows([], calls, context(), COMPARE.urgent);
    calls.set("b", call({ id: "b", state: "held", stateSince: ago(0) }));
    const after = orderRows(before, calls, context({ now: AT + 1000 }), COMPARE.urgent);
    expect(after.find(({ call: { id } }) => id === "a")).toBe(before.find(({ call: { id } }) => id === "a"));
    expect(after.find(({ call: { id } }) => id === "b")).not.toBe(before.find(({ call: { id } }) => id === "b"));
  });

  it("says what its call is now before the list is put in order anew, and stays the same object while nothing has changed", () => {
    const calls = mapOf(call({ id: "a" }), call({ id: "b" }));
    const [first, second] = orderRows([], calls, context(), COMPARE.time);
    if (first === undefined || second === undefined) throw new Error("two rows");
    calls.set("a", call({ id: "a", state: "held", stateSince: ago(0) }));
    const held = freshRow(first, calls, context());
    expect([held.call.state, held.sinceMs]).toEqual(["held", AT]);
    expect(freshRow(held, calls, context())).toBe(held);
    expect(freshRow(second, calls, context())).toBe(second);
    calls.delete("a");
    expect(freshRow(held, calls, context())).toBe(held);
  });

  it("goes with its call, and is found by caller, number, agent and queue", () => {
    const calls = mapOf(call({ id: "a" }), call({ id: "b" }));
    const before = orderRows([], calls, context(), COMPARE.time);
    calls.delete("a");
    const [row, ...others] = orderRows(before, calls, context(), COMPARE.time);
    expect(others).toEqual([]);
    for (const text of ["priya", "010-0001", "+15550100001", "alice", "1001", "billing"]) expect(row?.text).toContain(text);
  });
});

it("sorts by agent and by queue, who has none last", () => {
  const calls = mapOf(call({ id: "none", assignedTo: null, legs: [], department: null }), call({ id: "bob", assignedTo: "1002", department: "sales" }), call({ id: "alice", department: "billing" }));
  expect(ids(orderRows([], calls, context(), COMPARE.agent))).toEqual(["alice", "bob", "none"]);
  expect(ids(orderRows([], calls, context(), COMPARE.queue))).toEqual(["alice", "bob", "none"]);
});

describe("5,000 calls", () => {
  const COUNT = 5000;
  const many = (): Map<string, Call> => new Map(Array.from({ length: COUNT }, (_, n) => [`c${n}`, (n % 10 === 0 ? waiting : call)({ id: `c${n}`, stateSince: ago(n), queuedAt: n % 10 === 0 ? ago(n % 100) : null })]));
  const counted = (): { compare: Compare; count: () => number } => {
    let count = 0;
    return { compare: (a, b) => (count++, COMPARE.urgent(a, b)), count: () => count };
  };

  it("are put in order anew with a few comparisons each, when 50 of them have changed and 10 have come and gone", () => {
    const calls = many();
    const before = orderRows([], calls, context(), COMPARE.urgent);
    for (let n = 0; n < 50; n++) calls.set(`c${n * 97}`, call({ id: `c${n * 97}`, state: "held", stateSince: ago(n / 10) }));
    for (let n = 0; n < 10; n++) {
      calls.delete(`c${n * 31 + 1}`);
      calls.set(`new${n}`, call({ id: `new${n}`, stateSince: ago(0) }));
    }
    const { compare, count } = counted();
    const after = orderRows(before, calls, context({ now: AT + 250 }), compare);
    expect(after).toHaveLength(COUNT);
    // A sort from nothing takes about twelve each.
    expect(count()).toBeLessThan(COUNT * 4);
    expect(ids(after)).toEqual(ids(orderRows([], calls, context({ now: AT + 250 }), COMPARE.urgent)));
  });

  it("need one comparison each when nothing has changed, and no new row", () => {
    const calls = many();
    const before = orderRows([], calls, context(), COMPARE.urgent);
    const { compare, count } = counted();
    const after = orderRows(before, calls, context(), compare);
    expect(count()).toBeLessThanOrEqual(COUNT);
    expect(after.every((row, at) => row === before[at])).toBe(true);
  });
});
