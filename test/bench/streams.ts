/** Live audio: 100 calls at once, each with a program that sends back what it hears. The media room alone is measured: UDP, µ-law, the clock, and the messages. */
import { z } from "zod";
import { eventually } from "../lab/wait.js";
import { startChild } from "./support/child.js";
import type { Benchmark } from "./support/finding.js";
import { median, ms, p99 } from "./support/measure.js";

const STREAMS = 100;
const MEASURED_MS = 10_000;
const WARM_UP_MS = 2000;
const ROUNDS = 5;
const [CPU_PERCENT, PACING_MS, SILENCE_MS] = [10, 10, 120] as const;

const asked = z.array(z.object({ leg: z.string(), local: z.number(), remote: z.number() }));
const moment = z.object({ cpuUs: z.number(), atMs: z.number() });
const figures = moment.extend({ late: z.array(z.number()), counts: z.record(z.string(), z.number()), ends: z.array(z.string()) });

const legs = Array.from({ length: STREAMS }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`);

export const streams: Benchmark = {
  title: `Live audio: ${STREAMS} streams at once, each echoed by its program`,
  async run() {
    const media = startChild(new URL("./streams-process.ts", import.meta.url));
    const far = startChild(new URL("./programs-process.ts", import.meta.url));
    try {
      const url = await far.ask("listen", null, z.string());
      await media.ask("open", { url, legs }, z.undefined());
      let sending = 0;
      await eventually("FreeSWITCH to be asked for all legs", async () => {
        const more = await media.ask("asked", null, asked);
        await far.ask("legs", more, z.undefined());
        return (sending += more.length) >= STREAMS;
      });
      await eventually("all programs to be connected", async () => (await far.ask("connected", null, z.number())) === STREAMS);
      await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));

      const before = await far.ask("received", null, z.array(z.number()));
      const began = await media.ask("begin", null, moment);
      await new Promise((resolve) => setTimeout(resolve, MEASURED_MS));
      const { late, counts, ends, cpuUs, atMs } = await media.ask("figures", null, figures);
      const after = await far.ask("received", null, z.array(z.number()));
      if (ends.length > 0) throw new Error(`streams ended: ${ends.join("; ")}`);
      const echoed = after.map((count, index) => count - (before[index] ?? 0));
      const least = Math.min(...echoed);
      if (least < (MEASURED_MS / 20) * 0.9) throw new Error(`a program's voice has gaps: ${least} packets in ${MEASURED_MS} ms`);
      const percent = ((cpuUs - began.cpuUs) / 1000 / (atMs - began.atMs)) * 100;

      const silences: number[] = [];
      for (let round = 0; round < ROUNDS; round++) silences.push(...(await far.ask("interrupt", null, z.array(z.number()))));
      return [
        { what: "of a core for each 25 streams", measured: `${percent.toFixed(1)} % of a core for ${STREAMS}; ${counts["gaps"] ?? 0} gaps, ${counts["late"] ?? 0} late`, value: percent / (STREAMS / 25), unit: "%", target: { atMost: CPU_PERCENT } },
        { what: "pacing error, p99", measured: `median ${ms(median(late))}, worst ${ms(Math.max(...late))}`, value: p99(late), unit: "ms", target: { atMost: PACING_MS } },
        { what: "from clear to silence, p99", measured: `median ${ms(median(silences))}, worst ${ms(Math.max(...silences))}`, value: p99(silences), unit: "ms", target: { atMost: SILENCE_MS } },
      ];
    } finally {
      await Promise.all([media.close(), far.close()]);
    }
  },
};
