import { describe, expect, it } from "vitest";
import { sparkline, withNow } from "../../../src/console/pages/wall/sparkline.js";

const STEP = 300_000;
const HOUR = 3_600_000;
const T0 = 1_000 * HOUR;

describe("the last hour", () => {
  it("keeps the most of the step under way", () => {
    const steps = withNow([], T0 + 1000, 2, STEP, HOUR);
    expect(steps).toEqual([{ at: T0, waiting: 2 }]);
    expect(withNow(steps, T0 + 2000, 1, STEP, HOUR)).toBe(steps);
    expect(withNow(steps, T0 + 2000, 4, STEP, HOUR)).toEqual([{ at: T0, waiting: 4 }]);
  });

  it("begins a new step, and lets go of what is older than an hour", () => {
    let steps = withNow([], T0, 0, STEP, HOUR);
    for (let step = 1; step <= 20; step++) steps = withNow(steps, T0 + step * STEP, step, STEP, HOUR);
    expect(steps).toHaveLength(12);
    expect(steps[0]).toEqual({ at: T0 + 9 * STEP, waiting: 9 });
  });
});

describe("the line", () => {
  it("is empty without steps", () => {
    expect(sparkline([], 5, 84, 30, STEP, HOUR)).toEqual({ line: "", area: "", limitY: null, end: null });
  });

  it("ends at the right edge, and stands higher for more", () => {
    const drawn = sparkline([{ at: T0 - STEP, waiting: 1 }, { at: T0, waiting: 8 }], 4, 84, 30, STEP, HOUR);
    expect(drawn.end).toEqual({ x: 81, y: 3 });
    const [first, last] = drawn.line.split(" ").map((point) => Number(point.split(",")[1]));
    expect(first).toBeGreaterThan(last ?? Infinity);
    expect(drawn.limitY).toBeGreaterThan(3);
    expect(drawn.limitY).toBeLessThan(28);
  });

  it("draws a single waiting caller low, not as high as the card", () => {
    expect(sparkline([{ at: T0, waiting: 1 }], null, 84, 30, STEP, HOUR).end?.y).toBeGreaterThan(20);
  });
});
