/** Intervals where the clock is set forward and back. */
import { IANAZone } from "luxon";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { CallplaneError } from "../../src/errors.js";
import { intervalsOf, MAX_INTERVALS } from "../../src/reports/intervals.js";
import type { IntervalKind } from "../../src/reports/index.js";

const MINUTE_MS = 60_000;
const of = (kind: IntervalKind, from: string, to: string, zone: string) => intervalsOf(kind, Date.parse(from), Date.parse(to), zone);
/** Local beginning and minutes. */
const short = (kind: IntervalKind, from: string, to: string, zone: string): readonly unknown[] => of(kind, from, to, zone).map(({ at, end, localAt }) => [localAt, (end - at) / MINUTE_MS]);

describe("days", () => {
  it.each([
    ["Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", [["2026-03-28T00:00:00+01:00", 1440], ["2026-03-29T00:00:00+01:00", 1380], ["2026-03-30T00:00:00+02:00", 1440]]],
    ["Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T00:00:00Z", [["2026-10-25T00:00:00+02:00", 1500], ["2026-10-26T00:00:00+01:00", 1440]]],
    // Midnight is left out there, and comes twice.
    ["Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-24T12:00:00Z", [["2026-04-23T00:00:00+02:00", 1440], ["2026-04-24T01:00:00+03:00", 1380]]],
    ["America/Havana", "2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z", [["2026-10-31T00:00:00-04:00", 1440], ["2026-11-01T00:00:00-04:00", 1500], ["2026-11-02T00:00:00-05:00", 1440]]],
    ["Australia/Lord_Howe", "2026-04-05T00:00:00Z", "2026-04-05T01:00:00Z", [["2026-04-05T00:00:00+11:00", 1470]]],
    // The last hour before midnight comes twice, and a date is left out.
    ["America/Asuncion", "2024-03-23T12:00:00Z", "2024-03-24T12:00:00Z", [["2024-03-23T00:00:00-03:00", 1500], ["2024-03-24T00:00:00-04:00", 1440]]],
    ["Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-31T00:00:00Z", [["2011-12-29T00:00:00-10:00", 1440], ["2011-12-31T00:00:00+14:00", 1440]]],
    ["UTC", "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z", [["2026-03-29T00:00:00+00:00", 1440]]],
  ])("in %s from %s to %s", (zone, from, to, days) => {
    expect(short("day", from, to, zone)).toEqual(days);
  });
});

describe("hours", () => {
  it("leave out the one that the clock leaves out", () => {
    expect(short("hour", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z", "Europe/Berlin")).toEqual([["2026-03-29T01:00:00+01:00", 60], ["2026-03-29T03:00:00+02:00", 60]]);
  });

  it("come twice where the clock is set back, with two offsets", () => {
    expect(short("hour", "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z", "Europe/Berlin")).toEqual([["2026-10-25T02:00:00+02:00", 60], ["2026-10-25T02:00:00+01:00", 60], ["2026-10-25T03:00:00+01:00", 60]]);
  });

  it("end where the clock is set by half an hour", () => {
    // At 2:00 back to 1:30, and at 2:00 forward to 2:30.
    expect(short("hour", "2026-04-04T14:00:00Z", "2026-04-04T16:00:00Z", "Australia/Lord_Howe")).toEqual([["2026-04-05T01:00:00+11:00", 60], ["2026-04-05T01:30:00+10:30", 30], ["2026-04-05T02:00:00+10:30", 60]]);
    expect(short("hour", "2026-10-03T15:00:00Z", "2026-10-03T16:30:00Z", "Australia/Lord_Howe")).toEqual([["2026-10-04T01:00:00+10:30", 60], ["2026-10-04T02:30:00+11:00", 30], ["2026-10-04T03:00:00+11:00", 60]]);
  });

  it("begin where the zone's do", () => {
    expect(short("hour", "2026-06-01T00:00:00Z", "2026-06-01T00:30:00Z", "Asia/Kolkata")).toEqual([["2026-06-01T05:00:00+05:30", 60]]);
  });
});

describe("quarters", () => {
  it("of a day in which the clock is set are 92 and 100, without gaps", () => {
    for (const [day, next, count] of [["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 92], ["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 100]] as const) {
      const quarters = of("15min", day, next, "Europe/Berlin");
      expect(quarters).toHaveLength(count);
      expect([quarters[0]?.at, quarters.at(-1)?.end]).toEqual([Date.parse(day), Date.parse(next)]);
      for (const [index, { at, end }] of quarters.entries()) expect([end - at, quarters[index + 1]?.at ?? end]).toEqual([15 * MINUTE_MS, end]);
    }
  });

  it("that nobody can read are refused", () => {
    expect(() => of("15min", "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "UTC")).toThrow(CallplaneError);
    expect(of("15min", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "Europe/Berlin").length).toBeLessThan(MAX_INTERVALS);
  });
});

describe("the time zone, which is slow to ask", () => {
  const asked = vi.spyOn(IANAZone.prototype, "offset");
  beforeEach(() => {
    asked.mockClear();
  });

  it("is not asked when there are far too many", () => {
    expect(() => of("day", "1990-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "Europe/Berlin")).toThrow(CallplaneError);
    expect(asked).not.toHaveBeenCalled();
  });

  it("is asked once a week, and where the clock is set", () => {
    for (const [kind, from, weeks] of [["day", "2018-01-01T00:00:00Z", 418], ["hour", "2025-09-01T00:00:00Z", 18], ["15min", "2025-12-01T00:00:00Z", 5]] as const) {
      asked.mockClear();
      of(kind, from, "2026-01-01T00:00:00Z", "Europe/Berlin");
      const settings = kind === "day" ? 16 : kind === "hour" ? 1 : 0;
      expect(asked.mock.calls.length, kind).toBeLessThan(weeks + 2 + settings * 32);
    }
  });
});
