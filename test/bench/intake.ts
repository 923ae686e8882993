/** Event intake: from a loopback socket to the updated registry, beside stock modesl's bare intake of the same events. */
import { z } from "zod";
import { createRegistry } from "../../src/calls/index.js";
import { createNodes, type SwitchEvent } from "../../src/freeswitch/index.js";
import { createMetrics } from "../../src/metrics.js";
import { directory } from "../calls/world.js";
import { eventually } from "../lab/wait.js";
import { startChild, type Child } from "./support/child.js";
import type { Benchmark } from "./support/finding.js";
import { inTurn, median, medianRatio, ms } from "./support/measure.js";
import { connectStock } from "./support/stock-modesl.js";

const EVENTS = 20_000;
const FEEDER = new URL("./feeder-process.ts", import.meta.url);
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const noCounters = { unknownChannel: () => undefined, badState: () => undefined, drift: () => undefined };

/** Counts to a number and tells. */
class Countdown {
  #left = 0;
  #reached: () => void = () => undefined;

  from(count: number): Promise<void> {
    this.#left = count;
    return new Promise((resolve) => (this.#reached = resolve));
  }

  step(): void {
    if (--this.#left === 0) this.#reached();
  }
}

interface Side {
  readonly round: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** The product's own path: node, session, parser, metrics, registry. */
async function ours(feeder: Child, port: number, liveAfter: number): Promise<Side> {
  let registry = createRegistry({ directory, logger: silent, counters: noCounters });
  const countdown = new Countdown();
  const nodes = createNodes({
    nodes: [{ name: "bench", host: "127.0.0.1", port, password: "bench" }],
    sink: {
      event: (node: string, event: SwitchEvent) => {
        if (event.kind === "channel") registry.channelEvent(node, event);
        countdown.step();
      },
      snapshot: (node, snapshot) => registry.snapshot(node, snapshot),
      status: () => undefined,
    },
    logger: silent,
    metrics: createMetrics(),
  });
  // The second list is the look soon after connecting; no other falls into the measurement.
  await eventually("the node to have settled", async () => (await feeder.ask("channelLists", null, z.number())) >= 2, { timeoutMs: 20_000 });
  return {
    async round() {
      registry = createRegistry({ directory, logger: silent, counters: noCounters });
      const all = countdown.from(EVENTS);
      const began = performance.now();
      await feeder.ask("feed", "plain", z.undefined());
      await all;
      const took = performance.now() - began;
      const live = registry.index.channels.size;
      if (live !== liveAfter) throw new Error(`the registry holds ${live} channels instead of ${liveAfter}`);
      return took;
    },
    close: () => nodes.close(),
  };
}

/** Stock modesl parses and emits, no more; one listener counts. */
async function stock(feeder: Child, port: number): Promise<Side> {
  const connection = await connectStock(port);
  const countdown = new Countdown();
  await new Promise<void>((resolve) => connection.subscribe(["CHANNEL_CREATE"], resolve));
  connection.parser.on("esl::event", () => countdown.step());
  return {
    async round() {
      const all = countdown.from(EVENTS);
      const began = performance.now();
      await feeder.ask("feed", "json", z.undefined());
      await all;
      return performance.now() - began;
    },
    async close() {
      connection.disconnect();
    },
  };
}

export const intake: Benchmark = {
  title: "Event intake, socket to updated registry",
  async run() {
    const feeder = startChild(FEEDER);
    try {
      const port = await feeder.ask("listen", null, z.number());
      const { liveAfter, plainBytes, jsonBytes } = await feeder.ask("prepareEvents", EVENTS, z.object({ liveAfter: z.number(), plainBytes: z.number(), jsonBytes: z.number() }));
      const theirs = await stock(feeder, port);
      const mine = await ours(feeder, port, liveAfter);
      // Once without counting, so that both are compiled.
      await theirs.round();
      await mine.round();
      const figures = await inTurn({ stock: theirs.round, ours: mine.round });
      await Promise.all([mine.close(), theirs.close()]);
      const perEvent = (values: readonly number[]): string => `${((median(values) / EVENTS) * 1000).toFixed(1)} us an event`;
      return [
        {
          what: `${EVENTS} recorded events, against stock modesl that only parses and emits them`,
          measured: `ours ${ms(median(figures.ours))} (${perEvent(figures.ours)}, event plain, ${(plainBytes / 1e6).toFixed(0)} MB), stock ${ms(median(figures.stock))} (${perEvent(figures.stock)}, event json, ${(jsonBytes / 1e6).toFixed(0)} MB)`,
          value: medianRatio(figures.stock, figures.ours),
          unit: "x faster",
          target: { atLeast: 3 },
        },
      ];
    } finally {
      await feeder.close();
    }
  },
};
