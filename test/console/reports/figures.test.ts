import { describe, expect, it } from "vitest";
import { figureText, isEmpty, pointsOf, rowOfAgent, together, type AgentInterval, type Row } from "../../../src/console/pages/reports/figures.js";
import { dayIn, daysOf, plusDays, startOfDay } from "../../../src/console/pages/reports/zone.js";

const row = (at: string, name: string, figures: Partial<Row>): Row => ({ at, localAt: at, name, ...figures });
const at = "2026-11-30T10:00:00.000Z";
const later = "2026-11-30T11:00:00.000Z";
const agent: AgentInterval = { at, localAt: at, lengthS: 3600, agent: "1001", offered: 2, answered: 1, missed: 1, calls: 1, talkS: 60, holdS: 0, occupancy: 0.5, onlineS: 100, inCallS: 80, wrapUpS: 20, awayS: 0, offlineS: 3400 };

describe("figures together", () => {
  const rows = [row(at, "sales", { answered: 3, answeredInTime: 3, abandoned: 1, averageWaitS: 10, longestWaitS: 30, serviceLevel: 0.75 }), row(at, "support", { answered: 1, answeredInTime: 0, abandoned: 0, averageWaitS: 50, longestWaitS: 50, serviceLevel: 0 })];

  it("are added, weighed or the longest", () => {
    expect([together(rows, "answered"), together(rows, "serviceLevel"), together(rows, "averageWaitS"), together(rows, "longestWaitS")]).toEqual([4, 0.6, 20, 50]);
  });

  it("are unknown where they cannot be told", () => {
    expect(together(rows, "occupancy")).toBeNull();
    expect(together([], "answered")).toBeNull();
    expect(together([row(at, "a", { answered: 0, abandoned: 0 }), row(at, "b", { answered: 0, abandoned: 0 })], "serviceLevel")).toBeNull();
    expect(together([row(at, "a", { longestWaitS: null }), row(at, "b", {})], "longestWaitS")).toBeNull();
  });

  it("of agents know how occupied they were", () => {
    expect(together([rowOfAgent(agent), rowOfAgent({ ...agent, agent: "1002", inCallS: 0, wrapUpS: 0, onlineS: 200 })], "occupancy")).toBe(0.25);
    expect(together([rowOfAgent(agent)], "occupancy")).toBe(0.5);
  });

  it("make one point of each interval", () => {
    expect(pointsOf([row(later, "sales", { answered: 5 }), ...rows], "answered")).toEqual([{ at: Date.parse(at) / 1000, value: 4 }, { at: Date.parse(later) / 1000, value: 5 }]);
  });

  it("are written as people read them", () => {
    expect([figureText("serviceLevel", 0.756), figureText("talkS", 3725), figureText("answered", 3), figureText("averageWaitS", null)]).toEqual(["76 %", "1:02:05", "3", "–"]);
  });

  it("are nothing where nothing happened", () => {
    expect(isEmpty(rowOfAgent({ ...agent, offered: 0, answered: 0, missed: 0, calls: 0, talkS: 0, onlineS: 0, inCallS: 0, wrapUpS: 0 }))).toBe(true);
    expect(isEmpty(rowOfAgent(agent))).toBe(false);
  });
});

describe("days of the organization's clock", () => {
  it("are those of its zone", () => {
    expect([dayIn("Pacific/Auckland", new Date("2026-11-30T12:00:00Z")), dayIn("America/New_York", new Date("2026-11-30T03:00:00Z"))]).toEqual(["2026-12-01", "2026-11-29"]);
  });

  it.each([
    ["2026-11-30", "UTC", "2026-11-30T00:00:00.000Z"],
    ["2026-11-30", "Europe/Berlin", "2026-11-29T23:00:00.000Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00.000Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00.000Z"],
    ["2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00.000Z"],
    ["2026-11-30", "Pacific/Auckland", "2026-11-29T11:00:00.000Z"],
    ["2026-11-30", "Asia/Kolkata", "2026-11-29T18:30:00.000Z"],
    // At midnight the clock is set an hour forward there: the day begins at one.
    ["2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00.000Z"],
  ])("begin on %s in %s", (day, zone, expected) => {
    expect(startOfDay(day, zone).toISOString()).toBe(expected);
  });

  it("are counted over the ends of months", () => {
    expect([plusDays("2026-12-31", 1), plusDays("2026-03-01", -1)]).toEqual(["2027-01-01", "2026-02-28"]);
  });

  it("of a range are both with", () => {
    const none = { from: undefined, to: undefined };
    expect(daysOf("yesterday", "2026-12-01", none)).toEqual({ from: "2026-11-30", to: "2026-11-30" });
    expect(daysOf("week", "2026-12-01", none)).toEqual({ from: "2026-11-25", to: "2026-12-01" });
    expect(daysOf("own", "2026-12-01", { from: "2026-11-20", to: "2026-11-10" })).toEqual({ from: "2026-11-10", to: "2026-11-20" });
    expect(daysOf("own", "2026-12-01", { from: "nonsense", to: undefined })).toEqual({ from: "2026-12-01", to: "2026-12-01" });
  });
});
