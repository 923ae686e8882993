/** Every recording of a real FreeSWITCH, from its frames to the domain events. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallChange, CallView } from "../../src/calls/index.js";
import { subjectOf } from "../../src/calls/views.js";
import { DomainEvents } from "../../src/events/index.js";
import { WaitingRoom } from "../../src/queues/waiting-room.js";
import { recording, recordingNames } from "../support/recordings.js";
import { directory, world } from "../calls/world.js";
import { queuesOf } from "../live/support.js";

interface Told {
  readonly act: number;
  readonly type: string;
  readonly organizationId: number | null;
  readonly call: CallView;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** What comes so soon after something else belongs to the same act, of FreeSWITCH, of a phone or of who sends commands. */
const SAME_ACT_MS = 100;

/** Plays a recording at its own speed by a clock that stands still meanwhile. A command begins an act, and so does whatever comes after a rest. */
function eventsOf(name: string): Told[] {
  const { registry, feed } = world();
  const handlers = new Set<(change: CallChange) => void>();
  registry.onChange((change) => {
    if (change.type === "created" || change.type === "updated" || change.type === "ended") for (const handler of handlers) handler({ type: `call.${change.type}`, call: subjectOf(registry, change.call) });
  });
  const none = (): (() => void) => () => undefined;
  const events = new DomainEvents({
    changes: { onChange: (handler) => (handlers.add(handler), () => handlers.delete(handler)), onMoved: (handler) => registry.onMoved((call) => handler({ id: call.id, subject: () => subjectOf(registry, call) })) },
    acting: { isActing: () => false, onRest: none },
    agents: { onChange: none },
    queues: queuesOf(new WaitingRoom({ all: () => [], find: () => undefined, onChange: none }, quiet)),
    directory: { ...directory, organizations: () => directory.organizations().map((organization) => ({ ...organization, awayReasons: [] })), department: () => undefined, sharedNumbers: () => [] },
    logger: quiet,
  });
  const told: Told[] = [];
  let act = 0;
  let at = 0;
  events.onEvent((event) => {
    if ("subject" in event) told.push({ act, type: event.type, organizationId: event.organizationId, call: event.data.call });
  });
  for (const item of recording(name)) {
    const t = "t" in item ? item.t : at;
    vi.advanceTimersByTime(Math.max(0, t - at));
    if (item.dir === "send" || t - at > SAME_ACT_MS) act++;
    at = t;
    feed([item]);
  }
  vi.advanceTimersByTime(1000);
  events.close();
  return told;
}

function grouped<K>(told: readonly Told[], keyOf: (each: Told) => K): Map<K, Told[]> {
  const groups = new Map<K, Told[]>();
  for (const each of told) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return groups;
}

const byCall = (told: readonly Told[]): Map<string, Told[]> => grouped(told, ({ call }) => call.id);

describe("the events of what a real FreeSWITCH sent", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each(recordingNames())("begin with each call, complete, and end with it: %s", (name) => {
    for (const [id, [first, ...others]] of byCall(eventsOf(name))) {
      expect([id, first?.type]).toEqual([id, "call.created"]);
      expect(first?.call.legs.length).toBeGreaterThan(0);
      expect(first?.call.from).not.toBe("");
      const assigned = others.find(({ organizationId }) => organizationId !== null) ?? first;
      // A call that belongs to an organization later on is told to that as a new one.
      for (const { type, organizationId } of others) if (type === "call.created") expect([first?.organizationId, organizationId]).toEqual([null, assigned?.organizationId]);
      const end = others.findIndex(({ type }) => type === "call.ended");
      if (end >= 0) expect(end).toBe(others.length - 1);
      for (const { type, call } of others) expect([type, call.state === "ended"]).toEqual([type, type === "call.ended"]);
    }
  });

  it.each(recordingNames())("tell each act once, and no state that the next event of the act takes back: %s", (name) => {
    for (const told of byCall(eventsOf(name)).values()) {
      let shown = "";
      // A phone may say its Call-ID in the moment in which it answers.
      const news = told.filter(({ type, call }) => {
        const before = shown;
        shown = JSON.stringify([type === "call.ended", call.state, call.assignedTo, call.ringing, call.legs.map(({ agent, state, muted }) => [agent, state, muted]), call.recording]);
        return type === "call.updated" && shown !== before;
      });
      for (const [act, ofAct] of grouped(news, (each) => each.act)) expect({ act, told: ofAct.length, states: ofAct.map(({ call }) => call.state) }).toEqual({ act, told: 1, states: [ofAct[0]?.call.state] });
    }
  });
});
