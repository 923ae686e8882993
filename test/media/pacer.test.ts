import { describe, expect, it } from "vitest";
import { Pacer } from "../../src/media/pacer.js";
import { ManualTime } from "./manual-time.js";

function paced(): { readonly time: ManualTime; readonly pacer: Pacer; readonly at: number[]; readonly errors: unknown[]; readonly skipped: number[] } {
  const time = new ManualTime();
  const at: number[] = [];
  const errors: unknown[] = [];
  const skipped: number[] = [];
  const pacer = new Pacer({ time, onError: (error) => errors.push(error), onTick: (_late, given) => given > 0 && skipped.push(given) });
  pacer.add(() => at.push(time.now()));
  return { time, pacer, at, errors, skipped };
}

describe("the clock of 20 ms", () => {
  it("keeps its beat", () => {
    const { time, at } = paced();
    time.pass(200);
    expect(at).toEqual([20, 40, 60, 80, 100, 120, 140, 160, 180, 200]);
  });

  it("makes up for a short delay without a burst", () => {
    const { time, at, skipped } = paced();
    time.pass(20);
    time.stall(75);
    time.pass(105);
    // 95 is the one that was due at 40; each owed one follows 10 ms later.
    expect(at).toEqual([20, 95, 105, 115, 125, 135, 140, 160, 180, 200]);
    expect(skipped).toEqual([]);
  });

  it("gives up what is owed after a long delay", () => {
    const { time, at, skipped } = paced();
    time.pass(20);
    time.stall(1000);
    time.pass(100);
    expect(skipped).toEqual([49]);
    expect(at.length).toBeLessThanOrEqual(1 + 1 + 6);
  });

  it("stops when nobody is left, and goes on for the next", () => {
    const { time, pacer } = paced();
    pacer.close();
    time.pass(100);
    const at: number[] = [];
    const stop = pacer.add(() => at.push(time.now()));
    time.pass(40);
    stop();
    time.pass(100);
    expect(at).toEqual([120, 140]);
  });

  it("drops a worker that throws, and serves the others", () => {
    const { time, pacer, at, errors } = paced();
    pacer.add(() => {
      throw new Error("broken");
    });
    time.pass(60);
    expect(at).toEqual([20, 40, 60]);
    expect(errors).toHaveLength(1);
  });
});
