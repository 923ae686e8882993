/** Opening hours by the clock of a place, right when that clock is changed. */
import { DateTime, IANAZone } from "luxon";
import { z } from "zod";

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const MINUTES_A_DAY = 24 * 60;
const MS_A_MINUTE = 60_000;
const MS_A_DAY = MINUTES_A_DAY * MS_A_MINUTE;

const TIME = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;
const From = z.string().regex(TIME, "is not a time such as 09:00.");
const To = z.string().refine((value) => value === "24:00" || TIME.test(value), "is not a time such as 17:30, or 24:00.");

const isNoMoment = ({ from, to }: { readonly from: string; readonly to: string }): boolean => from === to;
const SPAN = "begins when it ends; a whole day is from 00:00 to 24:00.";
const Span = z.strictObject({ from: From, to: To.describe("At or before `from`: of the next day.") });

const DATE = /^(?:[0-9]{4}-)?(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/;
/** 2024 is a leap year, so that 02-29 can be a holiday of each year that has it. */
const isDate = (value: string): boolean => DATE.test(value) && DateTime.fromISO(value.length === 5 ? `2024-${value}` : value, { zone: "utc" }).isValid;

export const HoursSchema = z.strictObject({
  timeZone: z.string().max(64).refine((value) => IANAZone.isValidZone(value), "is not a time zone such as Europe/Berlin.").describe("Of the IANA database."),
  weekly: z
    .array(Span.extend({ days: z.array(z.enum(WEEKDAYS)).min(1).max(7) }).refine((span) => !isNoMoment(span), { path: ["to"], error: SPAN }))
    .max(50)
    .describe("When callers are taken; a time that is not named is closed."),
  holidays: z
    .array(
      z.strictObject({
        date: z.string().refine(isDate, "is not a date such as 2026-12-24, or 12-25 for each year."),
        name: z.string().min(1).max(64).regex(/^\P{Cc}*$/u).optional(),
        open: z.array(Span.refine((span) => !isNoMoment(span), { path: ["to"], error: SPAN })).max(10).default([]).describe("When callers are taken nevertheless."),
      }),
    )
    .max(500)
    .default([])
    .describe("Days on which the weekly hours do not count, from midnight to midnight."),
});

export type Hours = Readonly<z.output<typeof HoursSchema>>;
type Holiday = Hours["holidays"][number];

/** A day of the calendar, in no time zone. */
interface Day {
  /** Milliseconds of its midnight as if the place kept UTC. */
  readonly utc: number;
  /** 0: Monday. */
  readonly weekday: number;
  readonly iso: string;
}

function dayAt(utc: number): Day {
  const date = DateTime.fromMillis(utc, { zone: "utc" });
  return { utc, weekday: date.weekday - 1, iso: date.toFormat("yyyy-MM-dd") };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/**
 * The first moment at which the clock of the place shows this time or a later one of the day. A time that is shown twice is the first of the two; of a time that is skipped it is
 * the moment of the change.
 */
function firstShown(wall: number, zone: IANAZone): number {
  const offset = (at: number): number => zone.offset(at) * MS_A_MINUTE;
  // No zone changes its clock twice within two days.
  const [before, after] = [offset(wall - MS_A_DAY), offset(wall + MS_A_DAY)];
  const shown = [wall - before, wall - after].filter((at) => at + offset(at) === wall);
  if (shown.length > 0) return Math.min(...shown);
  let [low, high] = [wall - Math.max(before, after), wall - Math.min(before, after)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === after) high = middle;
    else low = middle;
  }
  return high;
}

/** Whether `now` (epoch milliseconds) lies within a span that begins on this day. */
function contains(day: Day, { from, to }: { readonly from: string; readonly to: string }, zone: IANAZone, now: number): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const until = end > start ? end : end + MINUTES_A_DAY;
  return firstShown(day.utc + start * MS_A_MINUTE, zone) <= now && now < firstShown(day.utc + until * MS_A_MINUTE, zone);
}

const holidayOn = (hours: Hours, { iso }: Day): Holiday | undefined => hours.holidays.find(({ date }) => date === iso) ?? hours.holidays.find(({ date }) => date === iso.slice(5));

/** The spans that begin on this day. */
function spansOf(hours: Hours, day: Day): readonly { readonly from: string; readonly to: string }[] {
  const holiday = holidayOn(hours, day);
  if (holiday !== undefined) return holiday.open;
  return hours.weekly.filter(({ days }) => days.some((name) => WEEKDAYS.indexOf(name) === day.weekday));
}

/** Whether callers are taken at this time (epoch milliseconds). A span over midnight belongs to the day on which it begins, and ends with that day when a holiday follows. */
export function isOpen(hours: Hours, now: number): boolean {
  const zone = IANAZone.create(hours.timeZone);
  const wall = now + zone.offset(now) * MS_A_MINUTE;
  const today = dayAt(Math.floor(wall / MS_A_DAY) * MS_A_DAY);
  const isWithin = (day: Day): boolean => spansOf(hours, day).some((span) => contains(day, span, zone, now));
  return isWithin(today) || (holidayOn(hours, today) === undefined && isWithin(dayAt(today.utc - MS_A_DAY)));
}
