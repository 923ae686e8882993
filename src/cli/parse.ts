import { UsageError } from "./io.js";

/** `a,b,c`; an empty text is an empty list. */
export const list = (text: string): readonly string[] => (text.trim() === "" ? [] : text.split(",").map((part) => part.trim()));

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000, y: 365 * 86_400_000 };
const MAX_MS = 10 * 365 * 86_400_000;

/** `90d` in milliseconds; at most ten years. */
export function duration(text: string, option: string): number {
  const [, count, unit] = /^(\d{1,9})([smhdwy])$/.exec(text) ?? [];
  const ms = Number(count ?? 0) * (UNIT_MS[unit ?? ""] ?? 0);
  if (ms <= 0 || ms > MAX_MS) throw new UsageError(`${option}: "${text}" is not a duration such as 12h, 90d or 1y (at most 10y).`);
  return ms;
}

/** A date and time, or how long ago (`2h`). */
export function since(text: string, option: string, now: number): Date {
  if (/^\d+[smhdwy]$/.test(text)) return new Date(now - duration(text, option));
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new UsageError(`${option}: "${text}" is neither a date nor a duration such as 2h.`);
  return at;
}

export function count(text: string, option: string, maximum: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > maximum) throw new UsageError(`${option}: "${text}" is not a number from 1 to ${maximum}.`);
  return value;
}
