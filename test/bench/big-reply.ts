/** One large `api` reply, cut as the network cuts it. */
import { z } from "zod";
import { EventSocketConnection } from "../../src/freeswitch/index.js";
import { startChild } from "./support/child.js";
import type { Benchmark } from "./support/finding.js";
import { inTurn, median, medianRatio, ms } from "./support/measure.js";
import { withSegmentedReads } from "./support/segmented-reads.js";
import { connectStock } from "./support/stock-modesl.js";

const REPLY_BYTES = 10_000_000;
const SEGMENT_BYTES = 1448;

/** Milliseconds until the whole reply is there, as text of the right length. */
async function timeOf(ask: () => Promise<string>): Promise<number> {
  const began = performance.now();
  const body = await ask();
  const took = performance.now() - began;
  if (body.length !== REPLY_BYTES) throw new Error(`the reply has ${body.length} characters`);
  return took;
}

export const bigReply: Benchmark = {
  title: "A large api reply",
  async run() {
    const feeder = startChild(new URL("./feeder-process.ts", import.meta.url));
    try {
      const port = await feeder.ask("listen", null, z.number());
      await feeder.ask("prepareReply", REPLY_BYTES, z.undefined());
      const [mine, theirs] = await withSegmentedReads(SEGMENT_BYTES, async () => [
        await EventSocketConnection.open({ name: "bench", host: "127.0.0.1", port, password: "bench", handshakeMs: 5000 }),
        await connectStock(port),
      ]);
      const ours = (): Promise<number> => timeOf(() => mine.request(["api big"], { timeoutMs: 60_000 }));
      const stock = (): Promise<number> => timeOf(() => new Promise((resolve) => theirs.api("big", (event) => resolve(event.getBody()))));
      await ours();
      const figures = await inTurn({ ours, stock });
      theirs.disconnect();
      await mine.close();
      return [
        {
          what: `A reply of ${REPLY_BYTES / 1e6} MB, read ${SEGMENT_BYTES} bytes at a time, from the command to the delivered text`,
          measured: `ours ${ms(median(figures.ours))}, stock modesl ${ms(median(figures.stock))}`,
          value: medianRatio(figures.stock, figures.ours),
          unit: "x faster",
          target: { atLeast: 50 },
        },
      ];
    } finally {
      await feeder.close();
    }
  },
};
