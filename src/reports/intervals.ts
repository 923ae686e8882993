/** The intervals of a report: quarters, hours and days as the clock of a time zone shows them, also where it is set forward or back. */
import { invalid } from "../errors.js";
import type { Interval, IntervalKind } from "./types.js";
import { ZoneClock } from "./zone-clock.js";

/** About a month of quarters. */
export const MAX_INTERVALS = 3200;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEP_MS = { "15min": HOUR_MS / 4, hour: HOUR_MS, day: DAY_MS } as const;

/** The intervals that overlap `from` to `to`, in the order of time. Throws InvalidParameter when they are more than `MAX_INTERVALS`. */
export function intervalsOf(kind: IntervalKind, from: number, to: number, timeZone: string): readonly Interval[] {
  const tooMany = (): Error => invalid("from", `is more than ${MAX_INTERVALS} intervals before the end; ask for fewer, or for longer ones.`);
  // No setting of a clock makes up for two days, so these need not be counted.
  if (to - from > MAX_INTERVALS * STEP_MS[kind] + 2 * DAY_MS) throw tooMany();
  const clock = new ZoneClock(timeZone);
  const [first, next] = kind === "day" ? dayOf(clock) : partOf(STEP_MS[kind], clock);
  const intervals: Interval[] = [];
  for (let at = first(from); at < to; ) {
    if (intervals.length >= MAX_INTERVALS) throw tooMany();
    const end = next(at);
    intervals.push({ at, end, localAt: clock.iso(at) });
    at = end;
  }
  return intervals;
}

type Steps = readonly [first: (at: number) => number, next: (at: number) => number];

/** A day begins with the first moment of its date: at midnight (the first one, where it comes twice), or later where the clock leaves midnight out. */
function dayOf(clock: ZoneClock): Steps {
  const dateOf = (at: number): number => Math.floor((at + clock.offset(at)) / DAY_MS);
  const begins = (date: number, near: number): number => {
    const midnight = date * DAY_MS;
    const about = midnight - clock.offset(near);
    const [evening, morning] = [about - 6 * HOUR_MS, about + 6 * HOUR_MS];
    const [before, after] = [clock.offset(evening), clock.offset(morning)];
    if (before === after) return midnight - before;
    const change = clock.changeBetween(evening, morning);
    return midnight - before < change ? midnight - before : Math.max(change, midnight - after);
  };
  return [(at) => begins(dateOf(at), at), (at) => begins(dateOf(at) + 1, at)];
}

/** Parts of an hour, or hours. One in which the clock is set ends there, so that each stands for one hour of the clock. */
function partOf(stepMs: number, clock: ZoneClock): Steps {
  const offset = (at: number): number => clock.offset(at);
  const floor = (at: number): number => Math.floor((at + offset(at)) / stepMs) * stepMs - offset(at);
  return [
    (at) => {
      const begin = floor(at);
      return offset(begin) === offset(at) ? begin : clock.changeBetween(begin, at);
    },
    (at) => {
      const end = floor(at) + stepMs;
      return offset(end - 1) === offset(at) ? end : clock.changeBetween(at, end - 1);
    },
  ];
}
