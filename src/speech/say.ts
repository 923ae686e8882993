/** Texts as sound files: from the cache, from the synthesizer, or a stand-in. */
import { createHash } from "node:crypto";
import { underAny } from "../abort.js";
import type { Logger } from "../logger.js";
import type { CacheFile, SoundCache } from "./cache.js";
import { CommandFailed } from "./command.js";
import { soundType, type Conversion } from "./conversion.js";
import { Shared } from "./shared.js";
import { plainText } from "./spoken.js";
import { BARE_TONE, type StandIn } from "./stand-in.js";
import type { Synthesizer } from "./synthesizer.js";
import type { SpokenText } from "./types.js";
import { voicesToTry, voiceWish, type VoiceWish } from "./voices.js";

export interface SayerOptions {
  /** Null: there is none. */
  readonly synthesizer: Synthesizer | null;
  /** Null: its directory cannot be written. */
  readonly cache: SoundCache | null;
  readonly conversion: Conversion;
  readonly standIn: StandIn;
  readonly now: () => number;
  /** A caller waits so long for a text at most, its turn and the trying of other voices included. */
  readonly budgetMs: number;
  readonly logger: Logger;
  /** Told how often it goes wrong, and why. */
  readonly failed: (why: string) => void;
}

/** Another version of what is made of a text would be another sound. */
const VERSION = 1;
/** After so many failures in a row the synthesizer is left alone for a while: callers wait for nothing. */
const FAILURES = 3;
const REST_MS = 30_000;
/** A voice that failed while another one spoke is not asked again for so long. */
const VOICE_REST_MS = 60_000;
const MAX_VOICES = 500;

/** The caller has waited long enough, perhaps for others' texts: it says nothing about the synthesizer. */
class Late extends Error {
  constructor() {
    super("it took too long until a text was its turn");
    this.name = "Late";
  }
}

export interface Said {
  /** A name in the cache, or what FreeSWITCH plays without a file. */
  readonly file: CacheFile | typeof BARE_TONE;
  readonly outcome: "cached" | "made" | "failed";
}

const digest = (...parts: readonly unknown[]): CacheFile => `${createHash("sha256").update(JSON.stringify([VERSION, ...parts])).digest("hex")}.wav`;

interface Choice {
  readonly voice: string;
  readonly wish: VoiceWish;
}

export class Sayer {
  readonly #options: SayerOptions;
  readonly #shared = new Shared<Said>();
  /** Voices that failed, and until when they are left alone; the oldest goes first. Bounded by `MAX_VOICES`. */
  readonly #resting = new Map<string, number>();
  #failures = 0;
  #restsUntil = 0;
  #trouble: string | null = null;

  constructor(options: SayerOptions) {
    this.#options = options;
  }

  /** Why texts are not spoken at this time; null: they are. */
  get trouble(): string | null {
    return this.#failures >= FAILURES ? this.#trouble : null;
  }

  /** Rejects with the signal's reason alone. */
  async say(text: SpokenText, signal: AbortSignal): Promise<Said> {
    const wish = voiceWish(text.voice, text.language);
    return this.#shared.run(JSON.stringify([wish, text.content]), signal, (shared) => this.#make(text, wish, shared));
  }

  close(reason: Error): void {
    this.#shared.close(reason);
  }

  async #make({ content }: SpokenText, wish: VoiceWish, signal: AbortSignal): Promise<Said> {
    const { synthesizer, cache, budgetMs, logger, failed } = this.#options;
    const text = plainText(content);
    if (synthesizer !== null && cache !== null && text !== "") {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new Late()), budgetMs);
      try {
        const said = await underAny([signal, late.signal], (either) => this.#speak(synthesizer, cache, content, wish, either));
        if (said !== null) return said;
      } catch (error) {
        signal.throwIfAborted();
        logger.error({ err: error }, error instanceof Late ? "a text could not be spoken in time" : "the cache of sounds does not work");
        failed(error instanceof Late ? "late" : "cache");
      } finally {
        clearTimeout(timer);
      }
    }
    return this.#standIn(text, signal);
  }

  /** Null: it could not be spoken. */
  async #speak(synthesizer: Synthesizer, cache: SoundCache, parts: SpokenText["content"], wish: VoiceWish, signal: AbortSignal): Promise<Said | null> {
    for (const choice of this.#choices(synthesizer, wish)) {
      const file = digest("say", synthesizer.identity, choice.voice, choice.wish.language, choice.wish.gender, parts);
      if (await cache.has(file)) return { file, outcome: "cached" };
      if (await this.#made(synthesizer, cache, file, parts, choice, signal)) return { file, outcome: "made" };
    }
    return null;
  }

  /** The voices that may speak, the wished one first. */
  #choices(synthesizer: Synthesizer, wish: VoiceWish): readonly Choice[] {
    const choices = voicesToTry(wish).flatMap((each): readonly Choice[] => {
      const voice = synthesizer.voiceOf(each);
      return voice === null ? [] : [{ voice, wish: each }];
    });
    const all = choices.length === 0 ? [{ voice: "", wish }] : choices;
    const now = this.#options.now();
    return all.filter(({ voice, wish: { language } }, at) => at === all.length - 1 || (this.#resting.get(`${voice} ${language}`) ?? 0) <= now);
  }

  /** False when it could not be spoken. Throws what the cache throws. */
  async #made(synthesizer: Synthesizer, cache: SoundCache, file: CacheFile, parts: SpokenText["content"], { voice, wish }: Choice, signal: AbortSignal): Promise<boolean> {
    if (this.#options.now() < this.#restsUntil) return false;
    let sound: Buffer;
    try {
      const { bytes, contentType } = await synthesizer.speak(parts, voice, wish, signal);
      const type = soundType(contentType);
      if (type === null) throw new Error(`the synthesizer answered no audio but ${contentType.slice(0, 100)}`);
      sound = await this.#options.conversion.convert(bytes, type, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#failure(error, `${voice} ${wish.language}`);
      return false;
    }
    this.#failures = 0;
    await cache.put(file, sound);
    return true;
  }

  #failure(error: unknown, voice: string): void {
    const { now, logger, failed } = this.#options;
    this.#failures += 1;
    this.#trouble = error instanceof Error ? error.message : "an unknown error";
    const isHopeless = error instanceof CommandFailed && error.missing;
    if (isHopeless) this.#failures = Math.max(this.#failures, FAILURES);
    if (this.#failures >= FAILURES) this.#restsUntil = now() + REST_MS;
    this.#resting.delete(voice);
    this.#resting.set(voice, now() + VOICE_REST_MS);
    for (const oldest of this.#resting.keys()) {
      if (this.#resting.size <= MAX_VOICES) break;
      this.#resting.delete(oldest);
    }
    failed("synthesizer");
    logger.error({ err: error, voice }, "a text could not be spoken");
  }

  async #standIn(text: string, signal: AbortSignal): Promise<Said> {
    const { standIn, cache, logger, failed } = this.#options;
    const digits = standIn.digitsOf(text);
    const file = digest("stand-in", standIn.digits, digits);
    if (cache === null) return { file: BARE_TONE, outcome: "failed" };
    try {
      if (!(await cache.has(file))) await cache.put(file, standIn.sound(digits));
      return { file, outcome: "failed" };
    } catch (error) {
      signal.throwIfAborted();
      logger.error({ err: error }, "the cache of sounds does not work");
      failed("cache");
      return { file: BARE_TONE, outcome: "failed" };
    }
  }
}
