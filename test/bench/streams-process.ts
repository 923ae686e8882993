/** The media room in a process of its own: streams as `<Connect>` opens them, with a FreeSWITCH and programs elsewhere. */
import { z } from "zod";
import type { AudioLeg, LegAudio } from "../../src/calls/index.js";
import { channelUuid } from "../../src/freeswitch/index.js";
import { newCounts, Pacer, PortPool, Streams, type StreamsOptions } from "../../src/media/index.js";
import { AddressGuard } from "../../src/outbound/index.js";
import { serve } from "./support/child.js";

/** Of something large, the part that is used here. */
const part = <T>(whole: object): T => whole as T;
const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

const open = z.object({ url: z.string(), legs: z.array(z.string()) });

let late: number[] = [];
const counts = newCounts();
const pacer = new Pacer({ onTick: (lateMs, skipped) => {
  late.push(lateMs);
  counts.skippedTicks += skipped;
}, onError: (error) => { throw error; } });
/** Where FreeSWITCH is to send a leg's audio, and from where. */
const asked: { readonly leg: string; readonly local: number; readonly remote: number }[] = [];
const leg = (uuid: string): AudioLeg => ({ uuid: channelUuid(uuid), node: "bench", answered: true, parked: true, hungUp: false, playing: false, columns: { read_rate: "8000" } });
const audio = part<LegAudio>({
  find: leg,
  begin: nothing,
  finish: nothing,
  onEnd: () => nothing,
  onDigit: () => nothing,
  parkAnew: async () => undefined,
  unicast: async ({ uuid }: AudioLeg, local: { readonly port: number }, remote: { readonly port: number }) => void asked.push({ leg: uuid, local: local.port, remote: remote.port }),
});
const streams = new Streams(
  part<StreamsOptions>({
    audio,
    guard: new AddressGuard({ allowed: ["127.0.0.0/8"] }),
    deliveries: { enqueue: async () => undefined },
    ports: new PortPool(null),
    pacer,
    counts,
    place: async () => ({ local: "127.0.0.1", remote: "127.0.0.1", shared: true }),
    metrics: { streamEnded: nothing, streamRoundTrip: nothing },
    logger,
    firstAudioMs: 30_000,
  }),
);
const ends: string[] = [];

serve(
  {
    open: (argument) => {
      const { url, legs } = open.parse(argument);
      for (const uuid of legs) {
        void streams
          .connect(uuid, { accountSid: "AC1", authToken: "secret", organizationId: 1, callSid: uuid, url, parameters: {} }, new AbortController().signal)
          .then((end) => ends.push(end.reason === "error" ? end.error.message : end.reason));
      }
    },
    /** What FreeSWITCH has been asked for since the last time. */
    asked: () => asked.splice(0),
    begin: () => {
      late = [];
      Object.assign(counts, newCounts());
      const { user, system } = process.cpuUsage();
      return { cpuUs: user + system, atMs: performance.now() };
    },
    figures: () => {
      const { user, system } = process.cpuUsage();
      return { cpuUs: user + system, atMs: performance.now(), late, counts, ends };
    },
  },
  () => streams.close(),
);
