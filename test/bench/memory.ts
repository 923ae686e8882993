/** What the registry keeps: for each live channel, and after a million calls that have gone. */
import { createRegistry } from "../../src/calls/index.js";
import { EventParser } from "../../src/freeswitch/event-parser.js";
import { channelUuid, type ChannelEvent } from "../../src/freeswitch/index.js";
import { directory } from "../calls/world.js";
import { asEventPlain, recordedEvents } from "../support/recordings.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { coreUuidsOf, renewUuids } from "./support/recorded-events.js";

const LIVE_CHANNELS = 50_000;
const CALLS = 1_000_000;
const WARM_CALLS = 100_000;
const RECORDING = "inbound-answer-hangup";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const noCounters = { unknownChannel: () => undefined, badState: () => undefined, drift: () => undefined };
const newRegistry = (): ReturnType<typeof createRegistry> => createRegistry({ directory, logger: silent, counters: noCounters });

/** Bytes of the heap and beside it, after two collections: the second takes what finalizers of the first let go. */
function used(): number {
  if (globalThis.gc === undefined) throw new Error("needs --expose-gc");
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A bridged call of two channels, read from the wire as in life: nothing is shared with the call before but what the parser shares. */
function callsFromTheWire(): (generation: number, feed: (event: ChannelEvent) => void) => void {
  const recorded = recordedEvents(RECORDING);
  const hangup = recorded.findIndex((event) => event["Event-Name"] === "CHANNEL_HANGUP");
  const keep = coreUuidsOf(recorded);
  const texts = recorded.slice(0, hangup).map((event) => asEventPlain(event).toString("utf8"));
  const parser = new EventParser();
  return (generation, feed) => {
    for (const text of texts) {
      const event = parser.parse(Buffer.from(renewUuids(text, generation, keep)));
      if (event?.kind === "channel") feed(event);
    }
  };
}

function perChannel(): Finding {
  const registry = newRegistry();
  const call = callsFromTheWire();
  // Once, so that what is compiled and cached is not counted as a channel's.
  call(0xfffffff, (event) => registry.channelEvent("fs", event));
  const before = used();
  for (let generation = 1; generation <= LIVE_CHANNELS / 2; generation++) call(generation, (event) => registry.channelEvent("fs", event));
  const kept = used() - before;
  const live = registry.index.channels.size - 2;
  if (live !== LIVE_CHANNELS) throw new Error(`the registry holds ${live} channels instead of ${LIVE_CHANNELS}`);
  return {
    what: `memory of a live channel, with its share of the call and the indexes, at ${LIVE_CHANNELS}`,
    measured: `${(kept / 1e6).toFixed(0)} MB in all`,
    value: kept / live / 1024,
    unit: "KB",
    target: { atMost: 6 },
  };
}

/** The events of a whole call, from the first leg's CREATE to the last one's DESTROY, as typed events. */
function wholeCall(): readonly ChannelEvent[] {
  const parser = new EventParser();
  const wanted = new Set(["CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_HANGUP", "CHANNEL_DESTROY"]);
  return recordedEvents(RECORDING).flatMap((recorded) => {
    const event = parser.parse(asEventPlain(recorded));
    return event?.kind === "channel" && wanted.has(event.name) ? [event] : [];
  });
}

function flatness(): Finding {
  const registry = newRegistry();
  const events = wholeCall();
  const run = (from: number, to: number): void => {
    for (let number = from; number < to; number++) {
      const prefix = number.toString(16).padStart(8, "0");
      const renew = (uuid: string): string => (uuid === "" ? "" : prefix + uuid.slice(8));
      for (const event of events) {
        const uuid = channelUuid(renew(event.uuid));
        registry.channelEvent("fs", {
          ...event,
          uuid,
          otherLeg: renew(event.otherLeg),
          bridgeA: renew(event.bridgeA),
          bridgeB: renew(event.bridgeB),
          row: { ...event.row, uuid, call_uuid: renew(event.row.call_uuid ?? ""), cid_num: `1555${number}` },
        });
      }
    }
  };
  run(0, WARM_CALLS);
  const early = used();
  run(WARM_CALLS, CALLS);
  const late = used();
  if (registry.index.channels.size !== 0 || registry.index.calls.size !== 0) throw new Error("calls that ended are still there");
  return {
    what: `memory after ${CALLS} calls that came and went, against that after ${WARM_CALLS}`,
    measured: `${(early / 1e6).toFixed(1)} MB, then ${(late / 1e6).toFixed(1)} MB`,
    value: late / early,
    unit: "x",
    target: { atMost: 1.05 },
  };
}

export const memory: Benchmark = {
  title: "Memory",
  run: () => Promise.resolve([flatness(), perChannel()]),
};
