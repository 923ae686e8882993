import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PacedWork } from "../../src/provisioning/paced-work.js";

describe("paced work", () => {
  let runs: (() => void)[];
  let work: PacedWork;
  beforeEach(() => {
    vi.useFakeTimers();
    runs = [];
    work = new PacedWork(() => new Promise((resolve) => runs.push(resolve)), 1000);
  });
  afterEach(() => vi.useRealTimers());

  const begun = async (): Promise<number> => {
    await vi.advanceTimersByTimeAsync(0);
    return runs.length;
  };

  it("is done once more, after the run under way, for all who ask meanwhile", async () => {
    void work.now();
    expect(await begun()).toBe(1);
    const done = vi.fn();
    void work.now().then(done);
    void work.now().then(done);
    expect(await begun()).toBe(1);
    runs[0]?.();
    expect(await begun()).toBe(2);
    expect(done).not.toHaveBeenCalled();
    runs[1]?.();
    expect(await begun()).toBe(2);
    expect(done).toHaveBeenCalledTimes(2);
  });

  it("is begun at once after a pause, and once at its end for all who asked during it", async () => {
    for (let i = 0; i < 3; i++) work.soon();
    expect(await begun()).toBe(1);
    runs[0]?.();
    await vi.advanceTimersByTimeAsync(990);
    expect(runs).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(runs).toHaveLength(2);
    runs[1]?.();
    await vi.advanceTimersByTimeAsync(5000);
    expect(runs).toHaveLength(2);
  });

  it("does what is owed when it is closed, and nothing afterwards", async () => {
    work.soon();
    expect(await begun()).toBe(1);
    work.soon();
    const closed = vi.fn();
    void work.close().then(closed);
    runs[0]?.();
    expect(await begun()).toBe(2);
    expect(closed).not.toHaveBeenCalled();
    runs[1]?.();
    expect(await begun()).toBe(2);
    expect(closed).toHaveBeenCalledTimes(1);
    void work.now();
    expect(await begun()).toBe(2);
  });
});
