/** Live audio: 100 calls at once, each with a program that sends back what it hears. The media room alone is measured: UDP, µ-law, the clock, and the messages. */
import { z } from "zod";
import { Pacer } from "../../src/media/index.js";
import { delay, eventually } from "../lab/wait.js";
import { startChild, type Child } from "./support/child.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { median, ms, p99 } from "./support/measure.js";

const STREAMS = 100;
const PACKETS_A_SECOND = 50;
const MEASURED_MS = 10_000;
const WARM_UP_MS = 2000;
const ROUNDS = 5;
/** To open all streams: a busy machine takes its time. */
const OPENED_MS = 60_000;
const [CPU_PERCENT, PACING_MS, SILENCE_MS, HEARD_PERCENT] = [10, 10, 120, 90] as const;

const asked = z.array(z.object({ leg: z.string(), local: z.number(), remote: z.number() }));
const moment = z.object({ cpuUs: z.number(), atMs: z.number() });
const figures = moment.extend({ late: z.array(z.number()), counts: z.record(z.string(), z.number()), ends: z.array(z.string()) });

const legs = Array.from({ length: STREAMS }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`);

/** Who does nothing but wait for the same clock: what it is late is the machine's doing. */
async function idleMeanwhile(work: () => Promise<void>): Promise<readonly number[]> {
  const late: number[] = [];
  const pacer = new Pacer({
    onTick: (lateMs) => late.push(lateMs),
    onError: (error) => {
      throw error;
    },
  });
  pacer.add(() => undefined);
  try {
    await work();
  } finally {
    pacer.close();
  }
  return late;
}

async function measure(media: Child, far: Child): Promise<readonly Finding[]> {
  const url = await far.ask("listen", null, z.string());
  await media.ask("open", { url, legs }, z.undefined());
  let sending = 0;
  await eventually(
    "FreeSWITCH to be asked for all legs",
    async () => {
      const more = await media.ask("asked", null, asked);
      await far.ask("legs", more, z.undefined());
      return (sending += more.length) >= STREAMS;
    },
    { timeoutMs: OPENED_MS },
  );
  await eventually("all programs to be connected", async () => (await far.ask("connected", null, z.number())) === STREAMS, { timeoutMs: OPENED_MS });
  await delay(WARM_UP_MS);

  const before = await far.ask("received", null, z.array(z.number()));
  const began = await media.ask("begin", null, moment);
  const idle = await idleMeanwhile(() => delay(MEASURED_MS));
  const { late, counts, ends, cpuUs, atMs } = await media.ask("figures", null, figures);
  const after = await far.ask("received", null, z.array(z.number()));
  if (ends.length > 0) throw new Error(`streams ended: ${ends.join("; ")}`);
  const tookMs = atMs - began.atMs;
  const echoed = after.map((count, index) => ((count - (before[index] ?? 0)) / ((tookMs / 1000) * PACKETS_A_SECOND)) * 100);
  // Of what was carried: a machine that leaves no time for some packets makes the others no cheaper.
  const packets = (counts["framesIn"] ?? 0) - (counts["gaps"] ?? 0) + (counts["framesOut"] ?? 0);
  const packetUs = (cpuUs - began.cpuUs) / packets;
  const percent = (packetUs * 2 * 25 * PACKETS_A_SECOND) / 10_000;

  const silences: number[] = [];
  for (let round = 0; round < ROUNDS; round++) silences.push(...(await far.ask("interrupt", null, z.array(z.number()))));
  return [
    { what: "of a core for each 25 streams", measured: `${packetUs.toFixed(1)} µs of processor time a packet, ${packets} packets in ${ms(tookMs)}; ${counts["gaps"] ?? 0} gaps, ${counts["late"] ?? 0} late, ${counts["skippedTicks"] ?? 0} ticks given up`, value: percent, unit: "%", target: { atMost: CPU_PERCENT } },
    { what: "pacing error, p99", measured: `median ${ms(median(late))}, worst ${ms(Math.max(...late))}; of a process that only waits for the same clock: p99 ${ms(p99(idle))}, worst ${ms(Math.max(...idle))}`, value: p99(late), unit: "ms", target: { atMost: PACING_MS } },
    { what: "of its program's voice that the worst leg heard", measured: `median ${median(echoed).toFixed(1)} %; the programs run in one process`, value: Math.min(...echoed), unit: "%", target: { atLeast: HEARD_PERCENT } },
    { what: "from clear to silence, p99", measured: `median ${ms(median(silences))}, worst ${ms(Math.max(...silences))}, ${silences.length} times`, value: p99(silences), unit: "ms", target: { atMost: SILENCE_MS } },
  ];
}

export const streams: Benchmark = {
  title: `Live audio: ${STREAMS} streams at once, each echoed by its program`,
  async run() {
    const media = startChild(new URL("./streams-process.ts", import.meta.url));
    const far = startChild(new URL("./programs-process.ts", import.meta.url));
    try {
      return await measure(media, far);
    } finally {
      await Promise.all([media.close(), far.close()]);
    }
  },
};
