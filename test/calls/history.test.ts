import { describe, expect, it } from "vitest";
import { History } from "../../src/calls/history.js";
import type { CallState } from "../../src/calls/types.js";

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
const call = (state: CallState, owner: string | null = null) => ({ state, owner, createdAt: at(0), queuedAt: state === "queued" ? at(1) : null, answeredAt: state === "active" ? at(5) : null, parkedAt: null });

describe("the history of a call", () => {
  it("tells since when the call is in its state", () => {
    const history = new History();
    history.follow(call("ringing"), at(0));
    expect(history.since(call("ringing"))).toEqual(at(0));
    history.follow(call("active"), at(5));
    history.follow(call("active"), at(6));
    expect(history.since(call("active"))).toEqual(at(5));
    expect(history.sinceToKeep(call("active"))).toBeUndefined();
    history.follow(call("held"), at(8));
    expect(history.sinceToKeep(call("held"))).toEqual(at(8));
    history.follow(call("active"), at(20));
    expect(history.sinceToKeep(call("active"))).toEqual(at(20));
  });

  it("takes up what an earlier process has known, unless the state has changed since", () => {
    const same = new History();
    same.restore("held", at(8));
    same.follow(call("held"), at(60));
    expect(same.since(call("held"))).toEqual(at(8));
    const changed = new History();
    changed.restore("held", at(8));
    changed.follow(call("active"), at(60));
    expect(changed.since(call("active"))).toEqual(at(60));
  });

  it("counts a caller's wait from when the caller joined the line, also of a call that was found", () => {
    const history = new History();
    history.follow(call("queued"), at(60));
    expect(history.since(call("queued"))).toEqual(at(1));
  });

  it("names who owned the call before, each once, and the last ten", () => {
    const history = new History();
    for (const owner of ["1001", null, "1002", "1001", "1003"]) history.follow(call("active", owner), at(5));
    expect(history.previous).toEqual(["1002", "1001"]);
    for (let agent = 0; agent < 30; agent++) history.follow(call("active", String(agent)), at(5));
    expect(history.previous).toHaveLength(10);
    expect(history.previous.at(-1)).toBe("28");
  });
});
