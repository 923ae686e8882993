/** Measures the voice of each call every ten seconds, shows the worst, and tells Callplane. */
import { shallowRef } from "vue";
import type { VoiceQuality } from "./types.js";
import { countOf, qualityBetween, worstOf, type VoiceCount } from "./quality.js";

export interface Measured {
  /** Null: no event has named the call yet. */
  readonly callId: string | null;
  readonly sipCallId: string;
  readonly connection: Pick<RTCPeerConnection, "getStats">;
}

export interface ReporterPorts {
  readonly calls: () => readonly Measured[];
  /** May fail: the next one comes soon. */
  readonly report: (callId: string, quality: Omit<VoiceQuality, "grade">) => Promise<unknown>;
}

const EVERY_MS = 10_000;
/** The first measure comes sooner, so that something is shown. */
const FIRST_MS = 3000;

export class QualityReporter {
  readonly quality = shallowRef<VoiceQuality | null>(null);
  readonly #ports: ReporterPorts;
  #counts = new Map<string, VoiceCount>();
  #isMeasuring = false;

  constructor(ports: ReporterPorts) {
    this.#ports = ports;
  }

  /** Idempotent; stops by itself when nobody talks. */
  begin(): void {
    if (this.#isMeasuring) return;
    this.#isMeasuring = true;
    setTimeout(() => void this.#measure(), FIRST_MS);
  }

  async #measure(): Promise<void> {
    const calls = this.#ports.calls();
    const found: VoiceQuality[] = [];
    const counts = new Map<string, VoiceCount>();
    for (const { callId, sipCallId, connection } of calls) {
      const now = countOf(await statsOf(connection));
      if (now === null) continue;
      counts.set(sipCallId, now);
      const quality = qualityBetween(this.#counts.get(sipCallId) ?? null, now);
      if (quality === null) continue;
      found.push(quality);
      const { rttMs, jitterMs, lossPct } = quality;
      if (callId !== null) await this.#ports.report(callId, { rttMs, jitterMs, lossPct }).catch(() => undefined);
    }
    this.#counts = counts;
    this.#isMeasuring = calls.length > 0;
    if (this.#isMeasuring) setTimeout(() => void this.#measure(), EVERY_MS);
    this.quality.value = calls.length === 0 ? null : (worstOf(found) ?? this.quality.value);
  }
}

async function statsOf(connection: Pick<RTCPeerConnection, "getStats">): Promise<unknown[]> {
  const stats: unknown[] = [];
  const report = await connection.getStats();
  report.forEach((stat: unknown) => stats.push(stat));
  return stats;
}
