/**
 * Event intake: from a loopback socket to the updated registry, beside stock modesl's bare intake of the same events. What counts is the processor time
 * of this process, which takes in and does nothing else: on an idle machine that is the elapsed time, and on a busy one it stays what it is.
 */
import { z } from "zod";
import { Registry } from "../../src/calls/index.js";
import { createNodes, type SwitchEvent } from "../../src/freeswitch/index.js";
import { createMetrics } from "../../src/prometheus.js";
import { directory } from "../calls/world.js";
import { eventually } from "../lab/wait.js";
import { startChild, type Child } from "./support/child.js";
import type { Benchmark } from "./support/finding.js";
import { inTurn, median, medianRatio, ms, timed } from "./support/measure.js";
import { connectStock } from "./support/stock-modesl.js";

const EVENTS = 20_000;
const WARM_UP = 3;
/** Ours is taken so often in a round, so that both sides are exposed to the same length of whatever else the machine does. */
const OURS_A_ROUND = 3;
const FEEDER = new URL("./feeder-process.ts", import.meta.url);
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const noMetrics = { incident: () => undefined };

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

interface Cost {
  /** Processor time, user and system, milliseconds. */
  readonly cpuMs: number;
  readonly elapsedMs: number;
}

interface Side {
  /** Takes in all events once. */
  readonly round: () => Promise<Cost>;
  readonly close: () => Promise<void>;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const before = process.cpuUsage();
  const elapsedMs = await timed(work);
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, elapsedMs };
}

/** The product's own path: node, session, parser, metrics, registry. */
async function ours(feeder: Child, port: number, liveAfter: number): Promise<Side> {
  let registry = new Registry({ directory, logger: silent, metrics: noMetrics });
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
      removed: () => undefined,
    },
    logger: silent,
    metrics: createMetrics(),
  });
  // The second list is the look soon after connecting; no other falls into the measurement.
  await eventually("the node to have settled", async () => (await feeder.ask("channelLists", null, z.number())) >= 2, { timeoutMs: 20_000 });
  return {
    async round() {
      registry = new Registry({ directory, logger: silent, metrics: noMetrics });
      const cost = await costOf(() => Promise.all([countdown.from(EVENTS), feeder.ask("feed", "plain", z.undefined())]));
      const live = registry.index.channels.size;
      if (live !== liveAfter) throw new Error(`the registry holds ${live} channels instead of ${liveAfter}`);
      return cost;
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
    round: () => costOf(() => Promise.all([countdown.from(EVENTS), feeder.ask("feed", "json", z.undefined())])),
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
      // Without counting, so that both are compiled.
      for (let i = 0; i < WARM_UP; i++) {
        await theirs.round();
        await mine.round();
      }
      const elapsed: Record<"ours" | "stock", number[]> = { ours: [], stock: [] };
      const meanCpu = async (side: Side, times: number[], repeated: number): Promise<number> => {
        let sum = 0;
        for (let i = 0; i < repeated; i++) {
          const { cpuMs, elapsedMs } = await side.round();
          times.push(elapsedMs);
          sum += cpuMs;
        }
        return sum / repeated;
      };
      const figures = await inTurn({ stock: () => meanCpu(theirs, elapsed.stock, 1), ours: () => meanCpu(mine, elapsed.ours, OURS_A_ROUND) });
      await Promise.all([mine.close(), theirs.close()]);
      const told = (cpu: readonly number[], times: readonly number[], format: string, bytes: number): string =>
        `${ms(median(cpu))} of processor time (${((median(cpu) / EVENTS) * 1000).toFixed(1)} us an event; ${ms(median(times))} elapsed; ${format}, ${(bytes / 1e6).toFixed(0)} MB)`;
      return [
        {
          what: `${EVENTS} recorded events, against stock modesl that only parses and emits them`,
          measured: `ours ${told(figures.ours, elapsed.ours, "event plain", plainBytes)}, stock ${told(figures.stock, elapsed.stock, "event json", jsonBytes)}`,
          value: medianRatio(figures.stock, figures.ours),
          unit: "x faster",
          target: { atLeast: 4 },
        },
      ];
    } finally {
      await feeder.close();
    }
  },
};
