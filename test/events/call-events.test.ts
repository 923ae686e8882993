import { afterEach, describe, expect, it, vi } from "vitest";
import type { CallChange, CallChangeSubject } from "../../src/calls/index.js";
import { CallEvents } from "../../src/events/call-events.js";
import type { DomainFact } from "../../src/events/outbox.js";
import { callView } from "../live/support.js";

type View = ReturnType<typeof callView>;
type Special = Exclude<CallChange, { readonly type: "call.created" | "call.updated" | "call.ended" }>;

const subject = (view: View): CallChangeSubject => ({
  id: view.id, organizationId: 1, assignedTo: view.assignedTo, department: null, ringing: [], queued: false, unsettled: [], changedAt: new Date(0), recordings: [], handover: null, ending: null, agentLegs: [], viewFor: () => view, jsonFor: () => JSON.stringify(view),
});

function stage({ isStartDue }: { readonly isStartDue?: () => boolean } = {}) {
  const told: DomainFact[] = [];
  const acted = new Set<string>();
  const handlers = new Set<(callId: string) => void>();
  const acting = { isActing: (id: string) => acted.has(id), onRest: (handler: (callId: string) => void) => (handlers.add(handler), () => void handlers.delete(handler)) };
  const events = new CallEvents(acting, (_organizationId, fact) => void told.push(fact), (work) => work(), isStartDue);
  const change = (type: "call.created" | "call.updated" | "call.ended", view: View): void => events.change({ type, call: subject(view) });
  const during = (id: string, act: () => void): void => {
    acted.add(id);
    act();
    acted.delete(id);
    for (const handler of handlers) handler(id);
  };
  return { events, told, change, during, types: () => told.map(({ type }) => type) };
}

const idsOf = (facts: readonly DomainFact[]): unknown[] => facts.map((fact) => (fact.type === "call.updated" ? fact.data.call.id : fact.type));

const before = callView("c1", { assignedTo: "1001" });
const after = callView("c1", { assignedTo: "1001", state: "held" });
/** One of each that tells what has become of a call. */
const SPECIAL: readonly Special[] = [
  { type: "call.transfer.failed", call: subject(after), code: "NO_ANSWER", target: "1002" },
  { type: "call.help", call: subject(after), agent: "1001", reason: null },
  { type: "call.phone.lost", call: subject(after), agent: "1001", outcome: "held" },
  { type: "call.supervision.started", call: subject(after), agent: "1003", mode: "listen", at: new Date(0) },
  { type: "call.supervision.switched", call: subject(after), agent: "1003", mode: "barge", at: new Date(0) },
  { type: "call.supervision.ended", call: subject(after), agent: "1003", mode: "listen", at: new Date(0), reason: "asked" },
];

describe("the events of a call", () => {
  it.each(SPECIAL)("tell what changes with $type by one call.updated as well", (special) => {
    for (const isFirst of [true, false]) {
      const { events, told, change, during, types } = stage();
      change("call.created", before);
      change("call.updated", before);
      during("c1", () => {
        if (isFirst) events.change(special);
        change("call.updated", after);
        if (!isFirst) events.change(special);
      });
      change("call.updated", after);
      expect(types()).toEqual(["call.created", special.type, "call.updated"]);
      expect(told.at(-1)).toMatchObject({ data: { call: { state: "held" } } });
    }
  });

  it.each(SPECIAL)("begin with the call itself, also when $type is the first that is known of it", (special) => {
    const { events, change, types } = stage();
    change("call.created", after);
    events.change(special);
    expect(types()).toEqual(["call.created", special.type]);
  });

  it.each(SPECIAL)("have no $type after the end of the call", (special) => {
    const { events, change, types } = stage();
    change("call.created", before);
    change("call.updated", before);
    const ended = callView("c1", { state: "ended" });
    change("call.ended", ended);
    events.change({ ...special, call: subject(ended) });
    expect(types()).toEqual(["call.created", "call.ended"]);
  });

  describe("whose recording is paused before its beginning is stored", () => {
    const recorded = (recordingState: "on" | "paused"): View => callView("c1", { recordingState, recording: true });
    /** It is recorded, and its recording is paused `times` times. */
    function paused(isStartDue: boolean, times = 1) {
      const told = stage({ isStartDue: () => isStartDue });
      const change = (view: View): void => told.events.change({ type: "call.updated", call: { ...subject(view), recordings: ["rec"] } });
      told.change("call.created", recorded("on"));
      change(recorded("on"));
      for (let time = 0; time < times; time++) {
        if (time > 0) change(recorded("on"));
        change(recorded("paused"));
      }
      return { ...told, recording: () => told.types().filter((type) => type.startsWith("recording.")) };
    }

    it("tell the pause after the beginning", () => {
      const { events, recording } = paused(true);
      expect(recording()).toEqual([]);
      events.recordingStarted("another");
      expect(recording()).toEqual([]);
      events.recordingStarted("rec");
      expect(recording()).toEqual(["recording.paused"]);
      events.recordingStarted("rec");
      expect(recording()).toHaveLength(1);
    });

    it("tell the pause at once when the beginning is stored", () => {
      expect(paused(false).recording()).toEqual(["recording.paused"]);
    });

    it("tell the pause before the end of the call", () => {
      const { change, types } = paused(true);
      change("call.ended", callView("c1", { state: "ended" }));
      expect(types().slice(-2)).toEqual(["recording.paused", "call.ended"]);
    });

    it("tell the pause when the process ends", () => {
      const { events, recording } = paused(true);
      events.close();
      expect(recording()).toEqual(["recording.paused"]);
    });

    it("tell all when the beginning is not stored for long", () => {
      const { recording } = paused(true, 51);
      expect(recording()).toHaveLength(100);
    });
  });

  describe("of a line in which many have moved up", () => {
    afterEach(() => void vi.useRealTimers());

    it("are told a few at a time, and who moves meanwhile waits for the next second", () => {
      vi.useFakeTimers();
      const { events, told } = stage();
      const move = (id: string, priority: number): void => events.moved({ id, subject: () => subject(callView(id, { priority })) });
      const ids = Array.from({ length: 120 }, (_, index) => `c${index}`);
      for (const id of ids) move(id, 1);
      vi.advanceTimersByTime(1000);
      expect(told.length).toBeGreaterThan(0);
      expect(told.length).toBeLessThan(ids.length);
      move("c0", 2);
      vi.advanceTimersByTime(500);
      expect(idsOf(told)).toEqual(ids);
      vi.advanceTimersByTime(1000);
      expect(idsOf(told.slice(ids.length))).toEqual(["c0"]);
      vi.advanceTimersByTime(10_000);
      expect(told).toHaveLength(ids.length + 1);
    });

    it.each([[1, 0], [2, 1]])("tell of a caller who was first and is number %i a second later %i times", (position, times) => {
      vi.useFakeTimers();
      const { events, told, change } = stage();
      const at = (place: number): View => callView("c1", { position: place });
      change("call.created", at(1));
      change("call.updated", at(1));
      told.length = 0;
      events.moved({ id: "c1", subject: () => subject(at(position)) });
      vi.advanceTimersByTime(1000);
      expect(told).toHaveLength(times);
      change("call.updated", at(position));
      expect(told).toHaveLength(times);
    });
  });
});
