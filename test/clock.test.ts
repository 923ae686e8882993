import { describe, expect, it } from "vitest";
import { followClock } from "../src/clock.js";

const MINUTE = 60_000;

/** A machine whose clock can be set while time passes. */
function machine() {
  const at = { wall: 1_700_000_000_000, steady: 5 };
  const now = followClock({ wall: () => at.wall, steady: () => at.steady });
  return {
    at,
    now,
    passes: (ms: number, eachMs = 1000): void => {
      for (let left = ms; left > 0; left -= eachMs) {
        at.wall += Math.min(left, eachMs);
        at.steady += Math.min(left, eachMs);
        now();
      }
    },
  };
}

describe("the clock", () => {
  it("tells the time of the machine", () => {
    const { at, now, passes } = machine();
    passes(10 * MINUTE);
    expect(now()).toBe(at.wall);
  });

  it.each([10, -10])("does not jump when the machine's clock is set by %i minutes", (minutes) => {
    const { at, now, passes } = machine();
    const before = now();
    at.wall += minutes * MINUTE;
    expect(now()).toBe(before);
    passes(MINUTE);
    expect(Math.abs(now() - before - MINUTE)).toBeLessThanOrEqual(MINUTE / 10);
  });

  it.each([10, -10])("agrees with the machine's clock in the end (%i minutes)", (minutes) => {
    const { at, now, passes } = machine();
    at.wall += minutes * MINUTE;
    passes(101 * MINUTE);
    expect(Math.abs(now() - at.wall)).toBeLessThanOrEqual(1);
  });

  it("never runs backwards while the machine's clock is set to and fro", () => {
    const { at, now, passes } = machine();
    let last = now();
    for (const minutes of [7, -3, -9, 5]) {
      at.wall += minutes * MINUTE;
      for (let second = 0; second < 30; second++) {
        passes(1000, 10);
        expect(now()).toBeGreaterThan(last);
        last = now();
      }
    }
  });

  it.each([8, -8])("takes over at once what the machine slept, or a clock that was never set (%i hours)", (hours) => {
    const { at, now } = machine();
    at.wall += hours * 60 * MINUTE;
    expect(now()).toBe(at.wall);
  });
});
