import { describe, expect, it } from "vitest";
import { scrollFor, stepOf, stepped, windowOf } from "../../../src/console/pages/calls/live/window.js";

const at = (scrollPx: number, count = 5000) => windowOf({ count, rowPx: 36, scrollPx, heightPx: 360, spare: 2 });

describe("the drawn rows", () => {
  it("are those that are seen and a few more, however many there are", () => {
    expect(at(0)).toEqual({ first: 0, end: 13, beforePx: 0, afterPx: (5000 - 13) * 36 });
    expect(at(36 * 100)).toEqual({ first: 98, end: 113, beforePx: 98 * 36, afterPx: (5000 - 113) * 36 });
    for (const count of [100, 5000, 500_000]) expect(at(36 * 50, count).end - at(36 * 50, count).first).toBe(15);
  });

  it("always fill the list's height", () => {
    for (const scrollPx of [0, 17, 36 * 4987, 36 * 5000, 10_000_000, -20]) {
      const { first, end, beforePx, afterPx } = at(scrollPx);
      expect(beforePx + (end - first) * 36 + afterPx).toBe(5000 * 36);
      expect(end).toBeGreaterThan(first);
    }
  });

  it("are none of none", () => {
    expect(at(0, 0)).toEqual({ first: 0, end: 0, beforePx: 0, afterPx: 0 });
    expect(at(500, 0)).toMatchObject({ first: 0, end: 0 });
  });
});

describe("scrolling to a row", () => {
  const of = { rowPx: 36, scrollPx: 360, heightPx: 391, coverPx: 31 };
  it("moves as little as it must", () => {
    expect(scrollFor(12, of)).toBe(360);
    expect(scrollFor(5, of)).toBe(180);
    expect(scrollFor(20, of)).toBe(21 * 36 - 360);
  });
});

describe("the keyboard", () => {
  it("steps through the list and stays within it", () => {
    expect(stepped(null, "down", 10, 5)).toBe(0);
    expect(stepped(null, "up", 10, 5)).toBe(9);
    expect(stepped(0, "up", 10, 5)).toBe(0);
    expect(stepped(8, "pageDown", 10, 5)).toBe(9);
    expect(stepped(8, "pageUp", 10, 5)).toBe(3);
    expect(stepped(4, "first", 10, 5)).toBe(0);
    expect(stepped(4, "last", 10, 5)).toBe(9);
    expect(stepped(4, "down", 0, 5)).toBeNull();
  });

  it("knows its keys", () => {
    expect(stepOf("ArrowDown")).toBe("down");
    expect(stepOf("x")).toBeUndefined();
  });
});
