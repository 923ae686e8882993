import { describe, expect, it } from "vitest";
import { Heartbeats } from "../../src/agents/heartbeats.js";

describe("heartbeats", () => {
  it("gives those who were silent for the limit, once", () => {
    const beats = new Heartbeats<string>(30);
    beats.watch("a", 0);
    beats.watch("b", 10);
    expect(beats.takeOverdue(29)).toEqual([]);
    expect(beats.takeOverdue(30)).toEqual(["a"]);
    expect(beats.takeOverdue(39)).toEqual([]);
    expect(beats.takeOverdue(40)).toEqual(["b"]);
    expect(beats.size).toBe(0);
  });

  it("begins anew with each heartbeat, and ignores those who are not watched", () => {
    const beats = new Heartbeats<string>(30);
    beats.watch("a", 0);
    beats.watch("b", 1);
    beats.seen("a", 20);
    beats.seen("stranger", 20);
    expect(beats.takeOverdue(31)).toEqual(["b"]);
    expect(beats.takeOverdue(50)).toEqual(["a"]);
    expect(beats.size).toBe(0);
  });

  it("looks only at who is due: a heartbeat's cost does not grow with the number of agents", () => {
    // 20 rounds of 100,000 agents: a scan per heartbeat would be 2 × 10^11 steps and never end in the test's time.
    const beats = new Heartbeats<number>(30_000);
    for (let agent = 0; agent < 100_000; agent++) beats.watch(agent, 0);
    for (let round = 1; round <= 20; round++) {
      for (let agent = 0; agent < 100_000; agent++) beats.seen(agent, round * 10_000);
      expect(beats.takeOverdue(round * 10_000)).toEqual([]);
    }
    expect(beats.takeOverdue(230_000)).toHaveLength(100_000);
  });
});
