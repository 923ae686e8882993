import type { CallsRoom } from "../../src/calls/index.js";
import { newCounts, Pacer, PortPool, Streams, type StreamsOptions } from "../../src/media/index.js";
import { AddressGuard } from "../../src/outbound/index.js";

const nothing = (): void => undefined;

/** Live audio on loopback, for programs of this host. */
export function testStreams(calls: Pick<CallsRoom, "audio" | "programs">, deliveries: StreamsOptions["deliveries"]): Streams {
  return new Streams({
    audio: calls.audio,
    programs: calls.programs,
    guard: new AddressGuard({ allowed: ["127.0.0.0/8"] }),
    deliveries,
    ports: new PortPool(null),
    pacer: new Pacer({ onError: (error) => { throw error; } }),
    counts: newCounts(),
    place: async () => ({ local: "127.0.0.1", remote: "127.0.0.1", shared: true }),
    account: async () => ({ accountSid: `AC${"a".repeat(32)}`, authToken: "b".repeat(32) }),
    metrics: { streamEnded: nothing, streamRoundTrip: nothing },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
}
