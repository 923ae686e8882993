import { afterEach, describe, expect, it, vi } from "vitest";
import type { CallChangeSubject } from "../../src/calls/index.js";
import { CallUpdates, type CallUpdate } from "../../src/events/call-updates.js";

const subject = (id: string, assignedTo: string | null, unsettled: readonly string[]): CallChangeSubject => ({
  id, organizationId: 1, assignedTo, department: null, ringing: [], queued: false, unsettled, changedAt: new Date(0), recordings: [], handover: null, ending: null, agentLegs: [], viewFor: () => null, jsonFor: () => null,
});
const update = (id: string, assignedTo: string | null = null, unsettled: readonly string[] = []): CallUpdate => ({ type: "call.updated", call: subject(id, assignedTo, unsettled) });

function stage() {
  const told: CallUpdate[] = [];
  const acted = new Set<string>();
  const handlers = new Set<(callId: string) => void>();
  const acting = { isActing: (id: string) => acted.has(id), onRest: (handler: (callId: string) => void) => (handlers.add(handler), () => void handlers.delete(handler)) };
  const updates = new CallUpdates(acting, (each) => told.push(each));
  const begin = (id: string): void => void acted.add(id);
  const end = (id: string): void => {
    acted.delete(id);
    for (const handler of handlers) handler(id);
  };
  return { told, updates, begin, end };
}

describe("what changes in a call", () => {
  afterEach(() => void vi.useRealTimers());

  it("is told at once while nobody acts on the call", () => {
    const { told, updates, begin } = stage();
    begin("other");
    updates.add(update("one", "1001"));
    updates.add(update("one", "1002"));
    expect(told.map(({ call }) => call.assignedTo)).toEqual(["1001", "1002"]);
  });

  it("is told once for an act, as it is when the act is over", () => {
    const { told, updates, begin, end } = stage();
    begin("one");
    for (const owner of ["1001", null, "1002"]) updates.add(update("one", owner));
    expect(told).toEqual([]);
    end("one");
    expect(told.map(({ call }) => call.assignedTo)).toEqual(["1002"]);
    end("one");
    expect(told).toHaveLength(1);
  });

  it("is not told while FreeSWITCH is in the middle of something", () => {
    const { told, updates } = stage();
    updates.add(update("one", "1001", ["placed a"]));
    expect(told).toEqual([]);
    updates.add(update("one", "1002"));
    expect(told.map(({ call }) => call.assignedTo)).toEqual(["1002"]);
  });

  it("is told, and at once from then on, when what FreeSWITCH is in the middle of lasts", () => {
    vi.useFakeTimers();
    const { told, updates } = stage();
    updates.add(update("one", "1001", ["placed a"]));
    vi.advanceTimersByTime(200);
    updates.add(update("one", "1002", ["placed a"]));
    expect(told.map(({ call }) => call.assignedTo)).toEqual(["1001", "1002"]);
    updates.add(update("one", "1003", ["placed a", "placed b"]));
    updates.add(update("one", "1004", ["placed b"]));
    expect(told).toHaveLength(2);
    updates.add(update("one", "1005"));
    updates.add(update("one", "1006", ["placed a"]));
    expect(told.map(({ call }) => call.assignedTo)).toEqual(["1001", "1002", "1005"]);
  });

  it("is told at the end of an act only when FreeSWITCH has done what the act asked", () => {
    const { told, updates, begin, end } = stage();
    begin("one");
    updates.add(update("one", "1001", ["placed a"]));
    end("one");
    expect(told).toEqual([]);
    updates.add(update("one", "1002"));
    expect(told.map(({ call }) => call.assignedTo)).toEqual(["1002"]);
  });

  it("is told before an act that takes long is over", () => {
    vi.useFakeTimers();
    const { told, updates, begin, end } = stage();
    begin("one");
    updates.add(update("one", "1001"));
    vi.advanceTimersByTime(2000);
    expect(told).toHaveLength(1);
    updates.add(update("one", "1002"));
    end("one");
    expect(told.map(({ call }) => call.assignedTo)).toEqual(["1001", "1002"]);
  });

  it("is not told after an event that shows it", () => {
    const { told, updates, begin, end } = stage();
    begin("one");
    updates.add(update("one"));
    updates.drop("one");
    end("one");
    expect(told).toEqual([]);
  });

  it("is told before an event that not everybody sees", () => {
    const { told, updates, begin, end } = stage();
    begin("one");
    updates.add(update("one"));
    updates.flush("one");
    expect(told).toHaveLength(1);
    end("one");
    expect(told).toHaveLength(1);
  });

  it("is told when the process ends", () => {
    const { told, updates, begin } = stage();
    begin("one");
    updates.add(update("one"));
    updates.close();
    expect(told).toHaveLength(1);
  });
});
