import { describe, expect, it } from "vitest";
import { covered, entryOfChange, lanesOf, type Segment, type TimelineEntry } from "../../../src/console/pages/calls/record/lanes.js";

const T0 = Date.parse("2026-03-02T10:00:00.000Z");
const at = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();
const event = (seconds: number, type: TimelineEntry["type"], agent: string | null = null): TimelineEntry => ({ at: at(seconds), type, agent, detail: {} });
type Source = Parameters<typeof lanesOf>[0];
type Leg = Source["legs"][number];
const leg = (of: Partial<Leg>): Leg => ({ id: "l", role: "customer", direction: "inbound", agent: null, number: "+15550100001", numberText: "(555) 010-0001", name: null, startedAt: at(0), answeredAt: at(0), endedAt: null, hangupCause: null, sipCallId: null, source: "events", ...of });
const words = (segments: readonly Segment[]): string[] => segments.map(({ kind, from, to }) => `${kind} ${(from - T0) / 1000}-${(to - T0) / 1000}`);

describe("the lanes of a call", () => {
  const consulted: Source = {
    from: "+15550100001",
    startedAt: at(0),
    endedAt: at(100),
    legs: [
      leg({}),
      leg({ id: "a", role: "agent", agent: "1001", number: "1001", startedAt: at(15), answeredAt: at(20), endedAt: at(70) }),
      leg({ id: "b", role: "agent", agent: "1002", number: "1002", startedAt: at(51), answeredAt: at(55), endedAt: at(100) }),
      leg({ id: "s", role: "supervisor", agent: "1003", number: "1003", startedAt: at(30), answeredAt: at(31), endedAt: at(45) }),
    ],
    timeline: [event(2, "queued"), event(20, "answered", "1001"), event(50, "held", "1001"), event(50, "consulted", "1001"), event(70, "transferred", "1001"), event(70, "answered", "1002"), event(100, "ended")],
  };

  it("show the caller's way without gaps", () => {
    const [caller] = lanesOf(consulted, T0);
    expect(caller).toMatchObject({ role: "caller", who: "(555) 010-0001" });
    expect(words(caller?.segments ?? [])).toEqual(["ringing 0-2", "waiting 2-20", "talk 20-50", "hold 50-70", "talk 70-100"]);
  });

  it("show each agent's part, a consultation and a supervisor", () => {
    const [, first, second, supervisor] = lanesOf(consulted, T0);
    expect(words(first?.segments ?? [])).toEqual(["ringing 15-20", "talk 20-50", "consult 50-70"]);
    expect(words(second?.segments ?? [])).toEqual(["ringing 51-55", "consult 55-70", "talk 70-100"]);
    expect(supervisor).toMatchObject({ role: "supervisor", who: "1003" });
    expect(words(supervisor?.segments ?? [])).toEqual(["ringing 30-31", "supervision 31-45"]);
  });

  it("go on until now while the call does", () => {
    const lanes = lanesOf({ ...consulted, endedAt: null, legs: [leg({})], timeline: [event(1, "scripted"), event(5, "answered", "1001"), event(9, "parked", "1001")] }, T0 + 20_000);
    expect(words(lanes[0]?.segments ?? [])).toEqual(["ringing 0-1", "menu 1-5", "talk 5-9", "park 9-20"]);
  });

  it("show a partner who is no agent", () => {
    const [, other] = lanesOf({ ...consulted, legs: [leg({}), leg({ id: "o", role: "other", number: "1012", numberText: "1012", startedAt: at(0), answeredAt: at(4), endedAt: at(100) })], timeline: [event(4, "answered")] }, T0);
    expect(other).toMatchObject({ role: "other", who: "1012" });
    expect(words(other?.segments ?? [])).toEqual(["ringing 0-4", "talk 4-100"]);
  });
});

it("later parts cover earlier ones", () => {
  const part = (kind: Segment["kind"], from: number, to: number): Segment => ({ kind, from, to });
  expect(covered([part("talk", 0, 10), part("hold", 3, 5), part("consult", 4, 12), part("park", 6, 6)])).toEqual([part("talk", 0, 3), part("hold", 3, 4), part("consult", 4, 12)]);
});

describe("a change that the stream tells", () => {
  const state = (of: string, assignedTo: string | null = "1001") => ({ state: of, assignedTo, department: "billing" });
  const typeOf = (before: ReturnType<typeof state>, now: ReturnType<typeof state>) => entryOfChange(before, now, at(0))?.type;
  it("is the entry that the record will have", () => {
    expect(typeOf(state("queued", null), state("active"))).toBe("answered");
    expect(typeOf(state("active"), state("held"))).toBe("held");
    expect(typeOf(state("held"), state("active"))).toBe("resumed");
    expect(typeOf(state("held"), state("active", "1002"))).toBe("answered");
    expect(typeOf(state("active"), state("active", "1002"))).toBe("answered");
    expect(typeOf(state("active"), state("parked", null))).toBe("parked");
    expect(typeOf(state("active"), state("queued", null))).toBe("queued");
    expect(typeOf(state("active"), state("active"))).toBeUndefined();
    expect(typeOf(state("active"), state("ringing"))).toBeUndefined();
  });
});
