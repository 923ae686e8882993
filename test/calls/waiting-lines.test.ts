import { describe, expect, it } from "vitest";
import { MutableCall } from "../../src/calls/call.js";
import { MutableChannel } from "../../src/calls/channel.js";
import { WaitingLines } from "../../src/calls/waiting-lines.js";
import { channelUuid } from "../../src/freeswitch/index.js";
import { viewOf } from "../../src/calls/views.js";
import { supervisor, world } from "./world.js";

function waiting(id: string, joinedAt: number, priority = 0, department = "support"): MutableCall {
  const call = new MutableCall(id, "fs", new Date(0));
  const leg = new MutableChannel(channelUuid(`${id.repeat(8)}-0000-4000-8000-000000000000`), "fs");
  Object.assign(leg, { answered: true, parked: true, call });
  call.organizationId = 1;
  call.legs.push(leg);
  call.queue = department;
  call.queuedAt = new Date(joinedAt);
  call.priority = priority;
  return call;
}

describe("the view of a caller who has moved up", () => {
  it("shows the new place, and whatever else has changed since", () => {
    const { registry } = world();
    const call = waiting("a", 1);
    Object.assign(call, { position: 2, version: 1 });
    expect(viewOf(registry, supervisor, call)).toMatchObject({ position: 2, fromName: null });
    // As the registry does it for a move, and for a change.
    Object.assign(call, { position: 1, version: 2, moves: 1, fromName: "not told yet" });
    expect(viewOf(registry, supervisor, call)).toMatchObject({ position: 1, fromName: null });
    call.version++;
    expect(viewOf(registry, supervisor, call)).toMatchObject({ position: 1, fromName: "not told yet" });
  });
});

const idsOf = (calls: Iterable<MutableCall>): string[] => [...calls].map(({ id }) => id).sort();

describe("the lines of waiting callers", () => {
  it("number the callers of each department by priority, then by when they joined", () => {
    const lines = new WaitingLines();
    const calls = [waiting("a", 3), waiting("b", 1), waiting("c", 2, 5), waiting("d", 9, 0, "sales")];
    for (const call of calls) lines.follow(call);
    expect(calls.map(({ position }) => position)).toEqual([3, 2, 1, 1]);
  });

  it("tell whose place has changed with that of another, once", () => {
    const lines = new WaitingLines();
    const [a, b, c] = [waiting("a", 1), waiting("b", 2), waiting("c", 3)];
    for (const call of [a, b, c]) lines.follow(call);
    expect(idsOf(lines.takeMoved())).toEqual([]);
    c.priority = 10;
    lines.follow(c);
    expect([a, b, c].map(({ position }) => position)).toEqual([2, 3, 1]);
    expect(idsOf(lines.takeMoved())).toEqual(["a", "b"]);
    lines.leave(c);
    expect([a, b, c].map(({ position }) => position)).toEqual([1, 2, null]);
    expect(idsOf(lines.takeMoved())).toEqual(["a", "b"]);
    expect(idsOf(lines.takeMoved())).toEqual([]);
  });

  it("let go of a caller who does not wait any more", () => {
    const lines = new WaitingLines();
    const [a, b] = [waiting("a", 1), waiting("b", 2)];
    for (const call of [a, b]) lines.follow(call);
    a.queue = null;
    lines.follow(a);
    expect([a.position, b.position]).toEqual([null, 1]);
  });
});
