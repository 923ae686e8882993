/** The intervals of a report: quarters, hours and days as the clock of a time zone shows them, also where it is set forward or back. */
import { DateTime, IANAZone } from "luxon";
import { invalid } from "../errors.js";
import type { Interval, IntervalKind } from "./types.js";

/** About a month of quarters. */
export const MAX_INTERVALS = 3200;

const MINUTE_MS = 60_000;
const STEP_MS = { "15min": 15 * MINUTE_MS, hour: 60 * MINUTE_MS } as const;

/** Milliseconds that the zone's clock is ahead of UTC. */
type Offset = (at: number) => number;

/** The intervals that overlap `from` to `to`, in the order of time. Throws InvalidParameter when they are more than `MAX_INTERVALS`. */
export function intervalsOf(kind: IntervalKind, from: number, to: number, timeZone: string): readonly Interval[] {
  const zone = IANAZone.create(timeZone);
  const offset: Offset = (at) => zone.offset(at) * MINUTE_MS;
  const [first, next] = kind === "day" ? dayOf(zone) : partOf(STEP_MS[kind], offset);
  const intervals: Interval[] = [];
  for (let at = first(from); at < to; ) {
    if (intervals.length >= MAX_INTERVALS) throw invalid("from", `is more than ${MAX_INTERVALS} intervals before the end; ask for fewer, or for longer ones.`);
    const end = next(at);
    intervals.push({ at, end, localAt: DateTime.fromMillis(at, { zone }).toISO({ suppressMilliseconds: true }) ?? "" });
    at = end;
  }
  return intervals;
}

type Steps = readonly [first: (at: number) => number, next: (at: number) => number];

/** A day begins with the first moment of its date: at midnight, or later where the clock leaves midnight out. */
function dayOf(zone: IANAZone): Steps {
  const begins = (day: DateTime<true> | DateTime<false>): number => {
    const at = day.startOf("day").toMillis();
    // A midnight that comes twice begins the day the first time.
    const before = DateTime.fromMillis(at, { zone }).minus({ hours: 1 });
    return before.toISODate() === DateTime.fromMillis(at, { zone }).toISODate() ? before.toMillis() : at;
  };
  return [(at) => begins(DateTime.fromMillis(at, { zone })), (at) => begins(DateTime.fromMillis(at, { zone }).startOf("day").plus({ days: 1, hours: 12 }))];
}

/** Parts of an hour, or hours. One in which the clock is set ends there, so that each stands for one hour of the clock. */
function partOf(stepMs: number, offset: Offset): Steps {
  const floor = (at: number): number => Math.floor((at + offset(at)) / stepMs) * stepMs - offset(at);
  return [
    (at) => {
      const begin = floor(at);
      return offset(begin) === offset(at) ? begin : changeBetween(begin, at, offset);
    },
    (at) => {
      const end = floor(at) + stepMs;
      return offset(end - 1) === offset(at) ? end : changeBetween(at, end - 1, offset);
    },
  ];
}

/** The first moment after `from` at which the clock stands as it does at `to`. */
function changeBetween(from: number, to: number, offset: Offset): number {
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offset(middle) === offset(to)) after = middle;
    else before = middle;
  }
  return after;
}
