/** Speech as a whole: says, plays, and tells the operator what is missing. */
import { join } from "node:path";
import { systemClock, type Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import { SoundCache } from "./cache.js";
import { Commands } from "./command.js";
import { Conversion, type SoundType } from "./conversion.js";
import { FetchedSounds } from "./fetched.js";
import { HttpSynthesizer } from "./http-synthesizer.js";
import type { AudioRequests, SpeechMetrics } from "./ports.js";
import { reasonOf } from "./shared.js";
import { BARE_TONE, StandIn } from "./stand-in.js";
import { Sayer } from "./say.js";
import { commandSynthesizer, type Synthesizer, type VoiceNames } from "./synthesizer.js";
import { PlayFailed, type Speech, type SpokenText } from "./types.js";

export interface SpeechSettings {
  /** Where FreeSWITCH finds the files; letters that it does not interpret. */
  readonly playedDir: string;
  /** The same directory for Callplane, which writes there. */
  readonly writeDir: string;
  readonly maxBytes: number;
  /** The synthesizer's program and arguments; null: none. */
  readonly command: readonly string[] | null;
  /** A service that speaks, when there is no command; null: none. */
  readonly url: string | null;
  readonly token: string | null;
  readonly voices: VoiceNames;
  /** Of one text, milliseconds. */
  readonly timeoutMs: number;
  /** Recordings `0.wav` to `9.wav`; null: none. */
  readonly digitsDir: string | null;
}

export interface SpeechOptions {
  readonly settings: SpeechSettings;
  /** For sounds at other people's URLs. */
  readonly requests: AudioRequests;
  /** For the operator's own service, which may be on this machine. */
  readonly ownRequests: AudioRequests;
  readonly metrics: SpeechMetrics;
  readonly logger: Logger;
  readonly clock?: Pick<Clock, "now">;
  readonly limits?: Partial<SpeechLimits>;
}

export interface SpeechLimits {
  /** Programs that run at a time. */
  readonly commandsAtOnce: number;
  readonly maxFiles: number;
  /** Of a sound that is fetched, as it comes. */
  readonly maxSoundBytes: number;
  /** Of any sound. */
  readonly maxSoundS: number;
  readonly convertMs: number;
}

const LIMITS: SpeechLimits = { commandsAtOnce: 4, maxFiles: 20_000, maxSoundBytes: 16 * 1024 * 1024, maxSoundS: 1800, convertMs: 15_000 };
/** For another voice, after the first has taken all of its time. */
const SECOND_TRY_MS = 1000;

interface Opened {
  readonly synthesizer: Synthesizer | null;
  readonly trouble: string | null;
}

async function openSynthesizer({ settings, ownRequests }: SpeechOptions, commands: Commands, signal: AbortSignal): Promise<Opened> {
  const { command, url, token, voices: names, timeoutMs } = settings;
  if (command !== null) {
    try {
      return { synthesizer: await commandSynthesizer({ argv: command, names, commands, timeoutMs }, signal), trouble: null };
    } catch (error) {
      return { synthesizer: null, trouble: error instanceof Error ? error.message : "SPEECH_COMMAND cannot be run" };
    }
  }
  if (url !== null) return { synthesizer: new HttpSynthesizer({ url, token, names, requests: ownRequests, timeoutMs }), trouble: null };
  return { synthesizer: null, trouble: "neither SPEECH_COMMAND nor SPEECH_URL is set" };
}

export class LocalSpeech implements Speech {
  readonly #options: SpeechOptions;
  readonly #commands: Commands;
  readonly #conversion: Conversion;
  readonly #sayer: Sayer;
  /** Null: its directory cannot be written. */
  readonly #fetched: FetchedSounds | null;
  readonly #trouble: string | null;
  readonly #closing = new AbortController();

  private constructor(options: SpeechOptions, commands: Commands, { cache, conversion, standIn, synthesizer, trouble }: Opened & { readonly cache: SoundCache | null; readonly conversion: Conversion; readonly standIn: StandIn }) {
    const { settings, requests, metrics, logger, clock = systemClock } = options;
    const limits = { ...LIMITS, ...options.limits };
    this.#options = options;
    this.#commands = commands;
    this.#conversion = conversion;
    this.#trouble = trouble;
    const now = (): number => clock.now();
    this.#sayer = new Sayer({ synthesizer, cache, conversion, standIn, now, budgetMs: settings.timeoutMs + SECOND_TRY_MS, logger, failed: (why) => metrics.incident(`speech_${why}`) });
    this.#fetched = cache === null ? null : new FetchedSounds({ requests, cache, conversion, maxBytes: limits.maxSoundBytes, now });
  }

  /** Whatever is missing, it opens, warns, and does what it can. */
  static async open(options: SpeechOptions): Promise<LocalSpeech> {
    const { settings, logger, metrics } = options;
    const limits = { ...LIMITS, ...options.limits };
    const commands = new Commands(limits.commandsAtOnce);
    const conversion = new Conversion({ commands, maxS: limits.maxSoundS, timeoutMs: limits.convertMs });
    const { signal } = new AbortController();
    const [opened, standIn, cache] = await Promise.all([
      openSynthesizer(options, commands, signal),
      StandIn.open(settings.digitsDir, signal),
      openCache(settings, limits.maxFiles, logger),
    ]);
    const trouble = cache instanceof SoundCache ? opened.trouble : cache.trouble;
    if (trouble !== null) logger.warn({ reason: trouble, digits: standIn.digits }, "texts are not spoken: callers hear a tone, and the digits of which there are recordings (SPEECH_COMMAND, SPEECH_URL, SPEECH_DIR)");
    metrics.speechReady(trouble === null);
    return new LocalSpeech(options, commands, { ...opened, trouble, conversion, standIn, cache: cache instanceof SoundCache ? cache : null });
  }

  /** Types of sounds that can be played. */
  types(): Promise<readonly SoundType[]> {
    return this.#conversion.types();
  }

  get trouble(): string | null {
    return this.#trouble ?? this.#sayer.trouble;
  }

  async say(text: SpokenText, signal: AbortSignal): Promise<string> {
    const began = performance.now();
    this.#assertOpen();
    const { file, outcome } = await this.#sayer.say(text, signal);
    this.#options.metrics.speechFinished("say", outcome, (performance.now() - began) / 1000);
    this.#options.metrics.speechReady(this.trouble === null);
    return file === BARE_TONE ? file : join(this.#options.settings.playedDir, file);
  }

  async play(url: string, signal: AbortSignal): Promise<string> {
    const began = performance.now();
    this.#assertOpen();
    const { metrics, settings } = this.#options;
    try {
      if (this.#fetched === null) throw new PlayFailed(11_200, "The sound cannot be played now: there is nowhere to keep it.");
      const { file, outcome } = await this.#fetched.get(url, signal);
      metrics.speechFinished("play", outcome, (performance.now() - began) / 1000);
      return join(settings.playedDir, file);
    } catch (error) {
      if (!signal.aborted) metrics.speechFinished("play", "failed", (performance.now() - began) / 1000);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("Callplane is shutting down."));
    const reason = reasonOf(this.#closing.signal);
    this.#sayer.close(reason);
    this.#fetched?.close(reason);
    this.#commands.close();
  }

  #assertOpen(): void {
    this.#closing.signal.throwIfAborted();
  }
}

async function openCache({ writeDir, maxBytes }: SpeechSettings, maxFiles: number, logger: Logger): Promise<SoundCache | { readonly trouble: string }> {
  try {
    return await SoundCache.open({ directory: writeDir, maxBytes, maxFiles, logger });
  } catch (error) {
    return { trouble: `the directory of sounds cannot be written: ${error instanceof Error ? error.message : "an unknown error"}` };
  }
}
