/** The pages of a report, whose rows go by time and then by name. */
import { invalid } from "../errors.js";
import { lowerBound } from "../lower-bound.js";
import type { Interval, ReportPage, ReportRow } from "./types.js";

export interface Grid {
  readonly intervals: readonly Interval[];
  /** In the order of their UTF-16 code units. */
  readonly subjects: readonly string[];
}

/** Cells that are summed at once. */
const MAX_CELLS = 20_000;

/** The intervals in parts that are small enough to be summed at once. */
export function windowsOf(intervals: readonly Interval[], subjects: number): readonly (readonly Interval[])[] {
  const size = Math.max(1, Math.floor(MAX_CELLS / Math.max(1, subjects)));
  return Array.from({ length: Math.ceil(intervals.length / size) }, (_, index) => intervals.slice(index * size, (index + 1) * size));
}

/** `limit` rows from this place; `rows` gives all of some intervals. */
export async function rowsFrom<Figures>({ intervals, subjects }: Grid, place: number, limit: number, rows: (some: readonly Interval[]) => Promise<readonly ReportRow<Figures>[]>): Promise<Omit<ReportPage<Figures>, "timeZone">> {
  const width = subjects.length;
  const total = intervals.length * width;
  if (place >= total) return { rows: [], total, next: null };
  const first = Math.floor(place / width);
  const some = intervals.slice(first, Math.ceil((place + limit) / width));
  const page = (await rows(some)).slice(place - first * width, place - first * width + limit);
  const last = page.at(-1);
  return { rows: page, total, next: last === undefined || place + page.length >= total ? null : `r${last.interval.at}.${Buffer.from(last.subject).toString("base64url")}` };
}

/** A cursor names the last row of the page before, so that subjects and intervals that come meanwhile shift nothing. Throws InvalidParameter (`cursor`). */
export function placeAfter({ intervals, subjects }: Grid, cursor: string): number {
  const [, at = "", name] = /^r(-?\d{1,15})\.([A-Za-z0-9_-]*)$/.exec(cursor) ?? [];
  if (name === undefined) throw invalid("cursor", "was not returned by this list.");
  const subject = Buffer.from(name, "base64url").toString();
  const interval = lowerBound(intervals, (each) => each.at < Number(at));
  const isThere = intervals[interval]?.at === Number(at);
  return interval * subjects.length + (isThere ? lowerBound(subjects, (each) => each <= subject) : 0);
}
