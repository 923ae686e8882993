/** What a page's main thread works for each frame, from a trace of Chromium's. */
import { z } from "zod";

const traceSchema = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      ph: z.string(),
      pid: z.number(),
      tid: z.number(),
      /** Microseconds. */
      ts: z.number().default(0),
      dur: z.number().default(0),
      /** Of processor time. */
      tdur: z.number().optional(),
      args: z.unknown(),
    }),
  ),
});

/** Where a frame begins: newer Chromiums tell it by the second name alone. */
const FRAMES: readonly ((event: { readonly name: string; readonly ph: string }) => boolean)[] = [({ name }) => name === "BeginMainThreadFrame", ({ name, ph }) => name === "AnimationFrame::Render" && ph === "b"];
const WORK: ReadonlySet<string> = new Set([
  // Script
  "EvaluateScript", "FunctionCall", "FireAnimationFrame", "FireIdleCallback", "TimerFire", "EventDispatch", "RunMicrotasks", "V8.GC_MC_BACKGROUND_MARKING", "MajorGC", "MinorGC", "WebSocketReceive",
  // Style
  "UpdateLayoutTree", "RecalculateStyles", "InvalidateLayout",
  // Layout
  "Layout",
]);

/**
 * Milliseconds of processor time in script, style and layout, frame by frame: from one frame's beginning to the next, so that what events have made it do between them
 * counts for the frame that they came before. `mark`: the `console.timeStamp` by which the page is known among others.
 */
export function workOfFrames(trace: unknown, mark: string): readonly number[] {
  const events = traceSchema.parse(trace).traceEvents;
  const marked = events.find(({ name, args }) => name === "TimeStamp" && JSON.stringify(args).includes(mark));
  if (marked === undefined) throw new Error("the page is not in the trace");
  const own = events.filter(({ pid, tid, ts }) => pid === marked.pid && tid === marked.tid && ts >= marked.ts).sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const begins = FRAMES.find((each) => own.some(each));
  if (begins === undefined) throw new Error("the trace tells no frames");
  const frames: number[] = [];
  let coveredUntil = 0;
  for (const event of own) {
    const { name, ph, ts, dur, tdur } = event;
    if (begins(event)) frames.push(0);
    // Within another: counted with it.
    if (ph !== "X" || !WORK.has(name) || ts < coveredUntil) continue;
    coveredUntil = ts + dur;
    if (tdur === undefined) throw new Error(`the trace has no processor time of ${name}`);
    const last = frames.length - 1;
    if (last >= 0) frames[last] = (frames[last] ?? 0) + tdur / 1000;
  }
  // The last one is not whole.
  return frames.slice(0, -1);
}
