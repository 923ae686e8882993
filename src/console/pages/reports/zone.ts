/** Days as the organization's clock has them, whatever the clock of this machine says. */

/** `2026-11-30`: the day that it is there. */
export function dayIn(zone: string, at: Date): string {
  const parts = new Map<string, string>(new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at).map(({ type, value }) => [type, value] as const));
  return `${parts.get("year") ?? ""}-${parts.get("month") ?? ""}-${parts.get("day") ?? ""}`;
}

/** Days before or after. */
export function plusDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** How far the zone's clock is before UTC then, in milliseconds. */
function offsetMs(zone: string, at: Date): number {
  const parts = new Map<string, number>(new Intl.DateTimeFormat("en", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at).map(({ type, value }) => [type, Number(value)] as const));
  const of = (type: string): number => parts.get(type) ?? 0;
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(at.getTime() / 1000) * 1000;
}

/** When the day begins there. Where the clock is set at midnight, the first moment that belongs to the day. */
export function startOfDay(day: string, zone: string): Date {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  // The offset before and after a change of the clock: the right one is the one that fits its own moment.
  const guesses = [wanted - offsetMs(zone, new Date(wanted - 86_400_000)), wanted - offsetMs(zone, new Date(wanted + 86_400_000))].sort((one, other) => one - other);
  const fitting = guesses.find((guess) => guess + offsetMs(zone, new Date(guess)) === wanted);
  return new Date(fitting ?? Math.max(...guesses));
}

export type RangeName = "today" | "yesterday" | "week" | "month" | "own";
export const RANGES = ["today", "yesterday", "week", "month", "own"] as const;

/** First and last day, both with. */
export function daysOf(range: RangeName, today: string, own: { readonly from: string | undefined; readonly to: string | undefined }): { readonly from: string; readonly to: string } {
  switch (range) {
    case "today":
      return { from: today, to: today };
    case "yesterday":
      return { from: plusDays(today, -1), to: plusDays(today, -1) };
    case "week":
      return { from: plusDays(today, -6), to: today };
    case "month":
      return { from: plusDays(today, -30), to: today };
    case "own": {
      const [from, to] = [dayOr(own.from, today), dayOr(own.to, today)];
      return from <= to ? { from, to } : { from: to, to: from };
    }
  }
}

const dayOr = (text: string | undefined, otherwise: string): string => (text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : otherwise);
