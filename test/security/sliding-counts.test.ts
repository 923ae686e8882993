import { describe, expect, it } from "vitest";
import { SlidingCounts } from "../../src/security/index.js";

const counts = (maxKeys: number): SlidingCounts => new SlidingCounts({ windowMs: 60_000, maxKeys, maxCount: 5 });

describe("counts within a window", () => {
  it("slide, each key by itself, and go up to a limit", () => {
    const count = counts(10);
    expect([0, 10_000, 20_000].map((now) => count.hit("a", now))).toEqual([1, 2, 3]);
    expect(count.hit("b", 20_000)).toBe(1);
    expect(count.times("a", 65_000)).toEqual([10_000, 20_000]);
    expect(count.hit("a", 75_000)).toBe(2);
    for (let index = 0; index < 9; index += 1) count.hit("a", 75_000);
    expect(count.times("a", 75_000)).toHaveLength(5);
    expect(count.times("b", 75_000)).toEqual([20_000]);
  });

  it("are kept of a bounded number of keys, the newest and those that go on among them", () => {
    const count = counts(100);
    for (let index = 0; index < 10_000; index += 1) {
      count.hit(`key ${index}`, index);
      count.hit("goes on", index);
      expect(count.size).toBeLessThanOrEqual(100);
      expect(count.times(`key ${Math.max(0, index - 40)}`, index)).toHaveLength(1);
    }
    expect(count.times("goes on", 10_000)).toHaveLength(5);
    expect(count.times("key 0", 10_000)).toEqual([]);
  });

  it("cost as much with many keys as with few", () => {
    const timed = (maxKeys: number): number => {
      const count = counts(maxKeys);
      const begun = performance.now();
      for (let index = 0; index < 100_000; index += 1) count.hit(`key ${index}`, 0);
      return performance.now() - begun;
    };
    timed(10);
    // To look for the oldest of 20,000 keys each time takes some fifty times as long.
    expect(timed(20_000) / timed(100)).toBeLessThan(15);
  });
});
