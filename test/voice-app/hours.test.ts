/** Opening hours: what the clock on the wall says, through its changes. Dates of the changes: the IANA time zone database. */
import { describe, expect, it } from "vitest";
import { HoursSchema, isOpen, type Hours } from "../../src/voice-app/index.js";

const hours = (timeZone: string, weekly: object[], holidays: object[] = []): Hours => HoursSchema.parse({ timeZone, weekly, holidays });
const EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const WORKDAYS = EVERY_DAY.slice(0, 5);

/** Whether it is open at each of these moments, given with their offset from UTC. */
const at = (of: Hours, ...moments: string[]): Record<string, boolean> => Object.fromEntries(moments.map((moment) => [moment, isOpen(of, Date.parse(moment))]));

describe("opening hours", () => {
  it("are those of the place, from the first minute and not to the last", () => {
    const office = hours("Europe/Berlin", [{ days: WORKDAYS, from: "09:00", to: "17:30" }]);
    expect(at(office, "2026-07-06T08:59:59.999+02:00", "2026-07-06T09:00:00+02:00", "2026-07-06T17:29:59.999+02:00", "2026-07-06T17:30:00+02:00", "2026-07-04T12:00:00+02:00", "2026-07-05T12:00:00+02:00")).toEqual({
      "2026-07-06T08:59:59.999+02:00": false,
      "2026-07-06T09:00:00+02:00": true,
      "2026-07-06T17:29:59.999+02:00": true,
      "2026-07-06T17:30:00+02:00": false,
      "2026-07-04T12:00:00+02:00": false,
      "2026-07-05T12:00:00+02:00": false,
    });
    // The same moment is another day elsewhere: Friday 23:00 in New York is Saturday in Berlin.
    expect(at(office, "2026-07-10T23:00:00-04:00")).toEqual({ "2026-07-10T23:00:00-04:00": false });
    expect(isOpen(hours("America/New_York", [{ days: ["friday"], from: "22:00", to: "24:00" }]), Date.parse("2026-07-11T03:00:00Z"))).toBe(true);
  });

  it.each([
    // zone, before and after each change of 2026: the morning before, and the morning after.
    ["Europe/Berlin", ["2026-03-28T09:00:00+01:00", "2026-03-29T09:00:00+02:00", "2026-10-24T09:00:00+02:00", "2026-10-25T09:00:00+01:00"]],
    ["America/New_York", ["2026-03-07T09:00:00-05:00", "2026-03-08T09:00:00-04:00", "2026-10-31T09:00:00-04:00", "2026-11-01T09:00:00-05:00"]],
    ["Australia/Lord_Howe", ["2026-04-04T09:00:00+11:00", "2026-04-05T09:00:00+10:30", "2026-10-03T09:00:00+10:30", "2026-10-04T09:00:00+11:00"]],
  ])("begin at nine in %s on either side of both changes of the clock", (zone, mornings) => {
    const office = hours(zone, [{ days: EVERY_DAY, from: "09:00", to: "17:00" }]);
    for (const morning of mornings) {
      const nine = Date.parse(morning);
      expect([morning, isOpen(office, nine - 1), isOpen(office, nine), isOpen(office, nine + 8 * 3_600_000 - 1), isOpen(office, nine + 8 * 3_600_000)]).toEqual([morning, false, true, true, false]);
    }
  });

  it("begin with the change when the clock skips the time at which they begin", () => {
    // In Berlin 01:59:59 is followed by 03:00, in New York too.
    for (const [zone, change] of [["Europe/Berlin", "2026-03-29T01:00:00Z"], ["America/New_York", "2026-03-08T07:00:00Z"]] as const) {
      const early = hours(zone, [{ days: ["sunday"], from: "02:30", to: "04:00" }]);
      const moment = Date.parse(change);
      expect([isOpen(early, moment - 1), isOpen(early, moment), isOpen(early, moment + 3_600_000 - 1), isOpen(early, moment + 3_600_000)]).toEqual([false, true, true, false]);
      expect(isOpen(hours(zone, [{ days: ["sunday"], from: "02:00", to: "03:00" }]), moment)).toBe(false);
    }
  });

  it("begin and end once when the clock shows a time twice", () => {
    // 03:00 summer time is 02:00 winter time in Berlin; 02:00 is 01:00 in New York.
    for (const [zone, first, from, to] of [["Europe/Berlin", "2026-10-25T00:30:00Z", "02:30", "05:00"], ["America/New_York", "2026-11-01T05:30:00Z", "01:30", "04:00"]] as const) {
      const night = hours(zone, [{ days: ["sunday"], from, to }]);
      const begin = Date.parse(first);
      // Open for three and a half hours by a stopwatch, without a gap when the clock goes back.
      for (let minutes = 0; minutes < 210; minutes += 15) expect([zone, minutes, isOpen(night, begin + minutes * 60_000)]).toEqual([zone, minutes, true]);
      expect([isOpen(night, begin - 1), isOpen(night, begin + 210 * 60_000)]).toEqual([false, false]);
    }
    const evening = hours("Europe/Berlin", [{ days: ["saturday"], from: "20:00", to: "02:30" }]);
    expect(at(evening, "2026-10-25T02:29:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:15:00+01:00")).toEqual({ "2026-10-25T02:29:00+02:00": true, "2026-10-25T02:30:00+02:00": false, "2026-10-25T02:15:00+01:00": false });
  });

  it("may span midnight, and belong to the day on which they begin", () => {
    const night = hours("America/New_York", [{ days: ["friday"], from: "22:00", to: "06:00" }]);
    expect(at(night, "2026-07-10T21:59:00-04:00", "2026-07-10T22:00:00-04:00", "2026-07-11T05:59:00-04:00", "2026-07-11T06:00:00-04:00", "2026-07-11T22:30:00-04:00", "2026-07-10T03:00:00-04:00")).toEqual({
      "2026-07-10T21:59:00-04:00": false,
      "2026-07-10T22:00:00-04:00": true,
      "2026-07-11T05:59:00-04:00": true,
      "2026-07-11T06:00:00-04:00": false,
      "2026-07-11T22:30:00-04:00": false,
      "2026-07-10T03:00:00-04:00": false,
    });
    const whole = hours("Asia/Kolkata", [{ days: EVERY_DAY, from: "00:00", to: "24:00" }]);
    for (let hour = 0; hour < 24; hour++) expect(isOpen(whole, Date.parse("2026-07-10T00:00:00Z") + hour * 3_600_000)).toBe(true);
  });

  it("begin with the day where its first hour is skipped", () => {
    // In Cairo the clock goes from 24:00 of Thursday to 01:00 of Friday.
    const whole = hours("Africa/Cairo", [{ days: ["friday"], from: "00:00", to: "24:00" }]);
    const midnight = Date.parse("2026-04-23T22:00:00Z");
    expect([isOpen(whole, midnight - 1), isOpen(whole, midnight), isOpen(whole, midnight + 23 * 3_600_000 - 1), isOpen(whole, midnight + 23 * 3_600_000)]).toEqual([false, true, true, false]);
  });

  it("are none on a holiday, from midnight to midnight, but for those that it has of its own", () => {
    const shop = hours(
      "Europe/Berlin",
      [{ days: EVERY_DAY, from: "18:00", to: "02:00" }],
      [{ date: "2026-12-24", name: "Christmas Eve", open: [{ from: "10:00", to: "12:00" }] }, { date: "12-25" }],
    );
    expect(at(shop, "2026-12-24T01:00:00+01:00", "2026-12-24T10:00:00+01:00", "2026-12-24T19:00:00+01:00", "2026-12-25T01:00:00+01:00", "2026-12-25T19:00:00+01:00", "2026-12-26T01:00:00+01:00", "2026-12-26T19:00:00+01:00", "2027-12-25T19:00:00+01:00", "2027-12-24T19:00:00+01:00")).toEqual({
      "2026-12-24T01:00:00+01:00": false,
      "2026-12-24T10:00:00+01:00": true,
      "2026-12-24T19:00:00+01:00": false,
      "2026-12-25T01:00:00+01:00": false,
      "2026-12-25T19:00:00+01:00": false,
      "2026-12-26T01:00:00+01:00": false,
      "2026-12-26T19:00:00+01:00": true,
      "2027-12-25T19:00:00+01:00": false,
      "2027-12-24T19:00:00+01:00": true,
    });
  });

  it.each([
    ["a time zone that is none", { timeZone: "Europe/Nowhere", weekly: [] }],
    ["a time that is none", { timeZone: "UTC", weekly: [{ days: ["monday"], from: "9:00", to: "17:00" }] }],
    ["an end after the day", { timeZone: "UTC", weekly: [{ days: ["monday"], from: "09:00", to: "25:00" }] }],
    ["a span of no length", { timeZone: "UTC", weekly: [{ days: ["monday"], from: "09:00", to: "09:00" }] }],
    ["no day", { timeZone: "UTC", weekly: [{ days: [], from: "09:00", to: "10:00" }] }],
    ["a date that is none", { timeZone: "UTC", weekly: [], holidays: [{ date: "2026-02-30" }] }],
    ["a date of a year that has none", { timeZone: "UTC", weekly: [], holidays: [{ date: "2027-02-29" }] }],
  ])("are refused with %s", (_what, given) => {
    expect(HoursSchema.safeParse(given).success).toBe(false);
  });
});
