import type { AudioLeg, LegAudio } from "../calls/index.js";
import { CallplaneError } from "../errors.js";
import { onAbort } from "../abort.js";
import type { StreamCounts } from "./counts.js";
import { UdpEndpoint } from "./endpoint.js";
import { STREAM_ERRORS, StreamError } from "./errors.js";
import { fromMulaw } from "../g711.js";
import type { MediaPlace } from "./place.js";
import type { PortPool } from "./ports.js";
import { RATE, RATES, Resampler } from "./resample.js";

/** FreeSWITCH sends a packet every 20 ms from the next one on. Without any in that time its port was taken. */
const FIRST_AUDIO_MS = 1500;
const TRIES = 2;

export interface LegLinkOptions {
  readonly audio: Pick<LegAudio, "unicast" | "parkAnew" | "onEnd">;
  /** Parked, and in this park without unicast so far; what plays on it is ended. */
  readonly leg: AudioLeg;
  readonly ports: Pick<PortPool, "take">;
  readonly place: MediaPlace;
  readonly counts: StreamCounts;
  /** Linear PCM at 8 kHz. */
  readonly onAudio: (pcm: Buffer) => void;
  readonly firstAudioMs?: number;
}

/** Both directions of one parked leg's audio. */
export class LegLink {
  readonly leg: AudioLeg;
  readonly #endpoint: UdpEndpoint;
  readonly #resampler: Resampler;

  private constructor(leg: AudioLeg, endpoint: UdpEndpoint, resampler: Resampler) {
    this.leg = leg;
    this.#endpoint = endpoint;
    this.#resampler = resampler;
  }

  /** Resolves with the first audio. Throws StreamError when none comes, and what the signal was aborted with. */
  static async open(options: LegLinkOptions, signal: AbortSignal): Promise<LegLink> {
    const { leg } = options;
    const rate = leg.columns.read_rate === "" ? RATE : Number(leg.columns.read_rate);
    if (!RATES.includes(rate)) throw new StreamError(STREAM_ERRORS.audio, `The leg's codec has ${leg.columns.read_rate} Hz.`);
    try {
      for (let attempt = 1; ; attempt++) {
        signal.throwIfAborted();
        // A second unicast on the same park does nothing, and while music plays FreeSWITCH takes no first one.
        if (attempt > 1 || leg.playing) await options.audio.parkAnew(leg, signal);
        const link = await attemptOnce(options, rate, signal);
        if (link !== null) return new LegLink(leg, link.endpoint, link.resampler);
        if (attempt === TRIES) throw new StreamError(STREAM_ERRORS.audio, "FreeSWITCH sends no audio of the leg.");
      }
    } catch (error) {
      if (error instanceof CallplaneError && !signal.aborted) throw new StreamError(STREAM_ERRORS.audio, error.message);
      throw error;
    }
  }

  /** 20 ms of µ-law are heard by the leg's party. */
  play(mulaw: Buffer): void {
    this.#endpoint.send(this.#resampler.widen(fromMulaw(mulaw)));
  }

  /** FreeSWITCH goes on sending until the leg is parked anew. Idempotent. */
  close(): Promise<void> {
    return this.#endpoint.close();
  }
}

async function attemptOnce({ audio, leg, ports, place, counts, onAudio, firstAudioMs = FIRST_AUDIO_MS }: LegLinkOptions, rate: number, signal: AbortSignal): Promise<{ readonly endpoint: UdpEndpoint; readonly resampler: Resampler } | null> {
  const resampler = new Resampler(rate);
  const pair = await ports.take(place.remote, place.shared);
  let isOpen = false;
  let came: () => void = () => undefined;
  const endpoint = new UdpEndpoint({
    ports: pair,
    peer: { host: place.local, port: pair.far },
    onAudio: (pcm) => {
      came();
      onAudio(resampler.narrow(pcm));
    },
    onForeign: () => counts.foreign++,
  });
  try {
    // It may have been closed meanwhile, and nobody would be told so any more.
    signal.throwIfAborted();
    const first = new Promise<boolean>((resolve) => {
      const over = (result: boolean): void => {
        clearTimeout(timer);
        stopEnd();
        stopAbort();
        came = () => undefined;
        resolve(result);
      };
      came = () => over(true);
      const timer = setTimeout(() => over(false), firstAudioMs);
      const stopEnd = audio.onEnd(leg.uuid, () => over(false));
      const stopAbort = onAbort(signal, () => over(false));
    });
    await audio.unicast(leg, { host: place.local, port: pair.far }, { host: place.remote, port: endpoint.port });
    const hasCome = await first;
    // Whoever has closed it with its first audio takes no link.
    signal.throwIfAborted();
    isOpen = hasCome;
    if (isOpen) return { endpoint, resampler };
    if (leg.hungUp) throw new StreamError(STREAM_ERRORS.audio, "The leg hung up.");
    return null;
  } finally {
    if (!isOpen) await endpoint.close();
  }
}
