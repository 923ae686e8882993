/** What Prometheus is told of consoles: the readers of the event streams. They are counted by the hub, and read when it asks. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface ConsoleFigures {
  /** Streams that are open. */
  readonly readers: number;
  /** Events that somebody saw. */
  readonly events: number;
  /** Streams that were ended by us, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

export interface ConsoleMetrics {
  readonly observe: (figures: () => ConsoleFigures) => void;
  /** From an event until it was handed to the connections of all who see it. */
  readonly told: (ms: number) => void;
}

export function createConsoleMetrics(registers: Registry[]): ConsoleMetrics {
  let figures: (() => ConsoleFigures) | null = null;
  new Gauge({
    name: "callplane_consoles",
    help: "Event streams that are open.",
    registers,
    collect() {
      this.set(figures?.().readers ?? 0);
    },
  });
  new Counter({
    name: "callplane_console_events_total",
    help: "Events that somebody with an open stream may see.",
    registers,
    collect() {
      this.reset();
      this.inc(figures?.().events ?? 0);
    },
  });
  new Counter({
    name: "callplane_consoles_dropped_total",
    help: "Event streams that Callplane ended, by reason: their reader was too slow, has no right any more, or does not answer.",
    labelNames: ["reason"],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(figures?.().dropped ?? {})) this.inc({ reason }, count);
    },
  });
  const delays = new Histogram({ name: "callplane_console_delay_seconds", help: "From an event until it was handed to the connections of all who see it; of those that go out together, the first.", buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1], registers });
  return { observe: (source) => (figures = source), told: (ms) => delays.observe(ms / 1000) };
}
