/** Live audio, built from the parts that it needs. */
import type { Logger } from "pino";
import type { CallsRoom } from "../calls/index.js";
import type { Config, SwitchNodeConfig } from "../config.js";
import { newCounts, Pacer, placeOf, PortPool, Streams, type MediaPlace } from "../media/index.js";
import type { AddressGuard, DeliveryQueue } from "../outbound/index.js";
import type { VoiceAccount, VoiceAccountRepository, VoiceAccounts } from "../people/index.js";
import type { PrometheusMetrics } from "../prometheus.js";

export interface LiveAudioParts {
  readonly config: Config;
  readonly addresses: readonly SwitchNodeConfig[];
  readonly calls: Pick<CallsRoom, "audio" | "programs">;
  readonly guard: AddressGuard;
  readonly deliveries: DeliveryQueue;
  readonly accounts: VoiceAccounts;
  readonly store: { readonly voiceAccounts: Pick<VoiceAccountRepository, "create" | "list"> };
  readonly metrics: PrometheusMetrics;
  readonly logger: Logger;
}

export function openLiveAudio({ config, addresses, calls, guard, deliveries, accounts, store, metrics, logger }: LiveAudioParts): Streams {
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
    account: async (organizationId) => {
      const { sid, authToken } = accounts.of(organizationId) ?? (await madeAccount(store.voiceAccounts, organizationId));
      return { accountSid: sid, authToken };
    },
    metrics,
    logger,
  });
  metrics.observeStreams({ counts, open: (kind) => streams.count(kind) });
  return streams;
}

/** Made when it is needed first: a program may be spoken to before anybody has asked for the account. The accounts in memory are a moment behind the database. */
async function madeAccount(repository: Pick<VoiceAccountRepository, "create" | "list">, organizationId: number): Promise<VoiceAccount> {
  const [there] = await repository.list(organizationId);
  return there ?? repository.create(organizationId);
}
