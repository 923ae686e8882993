/** Live audio, built from the parts that it needs. */
import type { Logger } from "pino";
import type { CallsRoom } from "../calls/index.js";
import type { Config, SwitchNodeConfig } from "../config.js";
import { newCounts, Pacer, placeOf, PortPool, Streams, type MediaPlace } from "../media/index.js";
import type { AddressGuard, DeliveryQueue } from "../outbound/index.js";
import type { PrometheusMetrics } from "../prometheus.js";
import type { Signers } from "./signers.js";

export interface LiveAudioParts {
  readonly config: Config;
  readonly addresses: readonly SwitchNodeConfig[];
  readonly calls: Pick<CallsRoom, "audio" | "programs">;
  readonly guard: AddressGuard;
  readonly deliveries: DeliveryQueue;
  readonly signers: Signers;
  readonly metrics: PrometheusMetrics;
  readonly logger: Logger;
}

export function openLiveAudio({ config, addresses, calls, guard, deliveries, signers, metrics, logger }: LiveAudioParts): Streams {
  const counts = newCounts();
  const pacer = new Pacer({
    onTick: (lateMs, skipped) => {
      metrics.streamPaced(lateMs);
      counts.skippedTicks += skipped;
    },
    onError: (error) => logger.error({ err: error }, "a stream threw, and is served no more"),
  });
  // Bounded by the nodes.
  const places = new Map<string, Promise<MediaPlace>>();
  const place = (name: string): Promise<MediaPlace> => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const host = addresses.find((each) => each.name === name)?.host;
    const found = host === undefined ? Promise.reject(new Error(`The node ${name} is unknown.`)) : placeOf(host, config.mediaHost);
    places.set(name, found);
    found.catch(() => places.delete(name));
    return found;
  };
  const streams: Streams = new Streams({
    audio: calls.audio,
    programs: calls.programs,
    guard,
    deliveries,
    ports: new PortPool(config.mediaPorts),
    pacer,
    counts,
    place,
    account: (organizationId, called) => signers.forNumber(organizationId, called),
    metrics,
    logger,
  });
  metrics.observeStreams({ counts, open: (kind) => streams.count(kind) });
  return streams;
}
