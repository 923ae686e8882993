/** What Prometheus is told of live audio. The frames are counted by the media room, and read when it asks. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { StreamCounts, StreamKind } from "./media/index.js";

/** What is read: the frames, and how many streams of each kind are open. */
export interface StreamFigures {
  readonly counts: Readonly<StreamCounts>;
  readonly open: (kind: StreamKind) => number;
}

export interface StreamMetrics {
  readonly observe: (figures: StreamFigures) => void;
  readonly ended: (kind: string, reason: string) => void;
  readonly roundTrip: (ms: number) => void;
  readonly paced: (lateMs: number) => void;
}

const FRAMES: readonly (readonly [keyof StreamCounts, string, string])[] = [
  ["framesIn", "received", "Packets of 20 ms that were sent to programs."],
  ["framesOut", "played", "Packets of 20 ms of programs that were sent to FreeSWITCH."],
  ["gaps", "gap", "Packets of silence in place of audio that did not come."],
  ["late", "late", "Packets that came after silence had taken their place, and were dropped."],
  ["cleared", "cleared", "Packets that a program dropped by clear."],
  ["held", "held", "Marks and clears that came faster than they may: their programs were read more slowly."],
  ["foreign", "foreign", "Datagrams that were not FreeSWITCH's, and were dropped."],
  ["skippedTicks", "skipped_ticks", "Packets' times that passed while the process was held up."],
];
const KINDS = ["connect", "start", "supervise"] as const;

export function createStreamMetrics(registers: Registry[]): StreamMetrics {
  let figures: StreamFigures | null = null;
  for (const [key, name, help] of FRAMES) {
    new Counter({
      name: `callplane_stream_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(figures?.counts[key] ?? 0);
      },
    });
  }
  new Gauge({
    name: "callplane_streams",
    help: "Streams that are open, by kind.",
    labelNames: ["kind"],
    registers,
    collect() {
      this.reset();
      for (const kind of KINDS) this.set({ kind }, figures?.open(kind) ?? 0);
    },
  });
  const ends = new Counter({ name: "callplane_stream_ends_total", help: "Streams that ended, by kind and reason.", labelNames: ["kind", "reason"], registers });
  const roundTrips = new Histogram({ name: "callplane_stream_round_trip_seconds", help: "There and back to a stream's program.", buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3], registers });
  const pacing = new Histogram({ name: "callplane_stream_pacing_error_seconds", help: "From when a packet was due until it was sent.", buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5], registers });
  return {
    observe: (source) => (figures = source),
    ended: (kind, reason) => ends.inc({ kind, reason }),
    roundTrip: (ms) => roundTrips.observe(ms / 1000),
    paced: (lateMs) => pacing.observe(lateMs / 1000),
  };
}
