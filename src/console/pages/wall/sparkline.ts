/** The last hour of a department in a few pixels. */
export interface Step {
  /** When it began, in milliseconds. */
  readonly at: number;
  readonly waiting: number;
}

/** The step under way has the most that has waited in it; older ones than `keepMs` go. The same array when nothing has changed. */
export function withNow(steps: readonly Step[], now: number, waiting: number, stepMs: number, keepMs: number): readonly Step[] {
  const at = Math.floor(now / stepMs) * stepMs;
  const last = steps.at(-1);
  if (last !== undefined && last.at >= at) return waiting <= last.waiting ? steps : [...steps.slice(0, -1), { at: last.at, waiting }];
  return [...steps.filter((step) => step.at > at - keepMs), { at, waiting }];
}

export interface Sparkline {
  readonly line: string;
  readonly area: string;
  /** Where the limit is drawn; null: none, or far above what is shown. */
  readonly limitY: number | null;
  readonly end: { readonly x: number; readonly y: number } | null;
}

const PAD = 1;

/** Drawn from the middle of the values to the limit, so that one waiting caller looks like one. */
export function sparkline(steps: readonly Step[], limit: number | null, width: number, height: number, stepMs: number, keepMs: number): Sparkline {
  const last = steps.at(-1);
  if (last === undefined) return { line: "", area: "", limitY: null, end: null };
  const from = last.at - keepMs + stepMs;
  const top = Math.max(4, limit ?? 0, ...steps.map(({ waiting }) => waiting));
  const span = Math.max(1, last.at - from);
  const round = (value: number): number => Math.round(value * 10) / 10;
  const xOf = (at: number): number => round(PAD + ((at - from) / span) * (width - 4));
  const yOf = (value: number): number => round(height - 2 - (value / top) * (height - 5));
  const points = steps.filter(({ at }) => at >= from).map(({ at, waiting }) => ({ x: xOf(at), y: yOf(waiting) }));
  const line = points.map(({ x, y }) => `${x},${y}`).join(" ");
  const [first, end] = [points[0], points.at(-1)];
  if (first === undefined || end === undefined) return { line: "", area: "", limitY: null, end: null };
  return { line, area: `${first.x},${height - 2} ${line} ${end.x},${height - 2}`, limitY: limit === null ? null : yOf(limit), end };
}
