/** Sounds of whatever kind as WAVE files of 8 kHz: by the readers of our own, and by sox or ffmpeg where there is one. */
import { CommandFailed, type Commands } from "./command.js";
import { SAMPLES_PER_S } from "./levels.js";
import { telephone } from "./telephone.js";
import { NotASound, readBasic, readWave, waveFile, type Sound } from "./wav.js";

export type SoundType = "wav" | "basic" | "mp3" | "aiff" | "gsm" | "flac" | "ogg";

/** The first line are Twilio's (https://www.twilio.com/docs/voice/twiml/play). */
const TYPES: Readonly<Record<string, SoundType>> = {
  ...{ "audio/mpeg": "mp3", "audio/wav": "wav", "audio/wave": "wav", "audio/x-wav": "wav", "audio/aiff": "aiff", "audio/x-aifc": "aiff", "audio/x-aiff": "aiff", "audio/x-gsm": "gsm", "audio/gsm": "gsm", "audio/ulaw": "basic" },
  ...{ "audio/basic": "basic", "audio/x-mulaw": "basic", "audio/mp3": "mp3", "audio/x-mp3": "mp3", "audio/mpeg3": "mp3", "audio/vnd.wave": "wav", "audio/flac": "flac", "audio/x-flac": "flac", "audio/ogg": "ogg", "application/ogg": "ogg" },
};

/** What a `Content-Type` says; null: no audio that can be played. */
export const soundType = (contentType: string | null): SoundType | null => {
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return Object.hasOwn(TYPES, type) ? (TYPES[type] ?? null) : null;
};

const OWN: Readonly<Partial<Record<SoundType, (bytes: Buffer) => Sound>>> = { wav: readWave, basic: readBasic };

export interface ConversionOptions {
  readonly commands: Commands;
  /** A sound may last so long. */
  readonly maxS: number;
  readonly timeoutMs: number;
}

interface Converter {
  readonly name: string;
  reads(type: SoundType): boolean;
  /** Reads stdin, writes a WAVE file to stdout; `type` is named, so that no program guesses a format that would make it read other files. */
  argv(type: SoundType): readonly string[];
}

const SOX_TYPES: Readonly<Record<SoundType, string>> = { wav: "wav", basic: "au", mp3: "mp3", aiff: "aiff", gsm: "gsm", flac: "flac", ogg: "vorbis" };
const FFMPEG_TYPES: Readonly<Record<SoundType, string>> = { wav: "wav", basic: "au", mp3: "mp3", aiff: "aiff", gsm: "gsm", flac: "flac", ogg: "ogg" };

const sox = (formats: ReadonlySet<string>): Converter => ({
  name: "sox",
  reads: (type) => formats.has(SOX_TYPES[type]),
  argv: (type) => ["sox", "-V1", "-t", SOX_TYPES[type], "-", "-t", "wav", "-r", String(SAMPLES_PER_S), "-c", "1", "-b", "16", "-e", "signed-integer", "-"],
});
const ffmpeg: Converter = {
  name: "ffmpeg",
  reads: () => true,
  argv: (type) => ["ffmpeg", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "pipe", "-f", FFMPEG_TYPES[type], "-i", "pipe:0", "-vn", "-ac", "1", "-ar", String(SAMPLES_PER_S), "-f", "wav", "-bitexact", "pipe:1"],
};

const LOOK = { timeoutMs: 5000, maxBytes: 1_000_000 };

/** The programs that this machine has. */
async function convertersOf(commands: Commands, signal: AbortSignal): Promise<readonly Converter[]> {
  const outputOf = async (argv: readonly string[]): Promise<string | null> => {
    try {
      return (await commands.run(argv, Buffer.alloc(0), LOOK, signal)).toString("utf8");
    } catch (error) {
      if (error instanceof CommandFailed) return null;
      throw error;
    }
  };
  const [help, version] = await Promise.all([outputOf(["sox", "--help"]), outputOf(["ffmpeg", "-version"])]);
  const formats = /AUDIO FILE FORMATS:([^\n]*)/.exec(help ?? "")?.[1]?.trim().split(/\s+/);
  return [...(formats === undefined ? [] : [sox(new Set(formats))]), ...(version === null ? [] : [ffmpeg])];
}

export class Conversion {
  readonly #options: ConversionOptions;
  /** Looked for when they are needed first. */
  #converters: Promise<readonly Converter[]> | null = null;

  constructor(options: ConversionOptions) {
    this.#options = options;
  }

  /** Types that can be read. */
  async types(): Promise<readonly SoundType[]> {
    const converters = await this.#found();
    return [...new Set(Object.values(TYPES))].filter((type) => OWN[type] !== undefined || converters.some((each) => each.reads(type)));
  }

  #found(): Promise<readonly Converter[]> {
    this.#converters ??= convertersOf(this.#options.commands, new AbortController().signal).catch((error: unknown) => {
      this.#converters = null;
      throw error;
    });
    return this.#converters;
  }

  /** A WAVE file, 8 kHz, mono, 16 bits. Throws NotASound, with what is wrong with it; CommandFailed and Crowded, when a program is at fault; the signal's reason. */
  async convert(bytes: Buffer, type: SoundType, signal: AbortSignal): Promise<Buffer> {
    const own = OWN[type];
    if (own !== undefined) {
      try {
        return await this.#finished(own(bytes), signal);
      } catch (error) {
        if (!(error instanceof NotASound) || !error.mayBeRead) throw error;
      }
    }
    const converter = (await this.#found()).find((each) => each.reads(type));
    if (converter === undefined) throw new NotASound(`${type} cannot be read here: there is neither a sox with that format nor an ffmpeg`);
    return this.#finished(readWave(await this.#decoded(converter, type, bytes, signal)), signal);
  }

  async #finished(sound: Sound, signal: AbortSignal): Promise<Buffer> {
    return waveFile(await telephone(sound, this.#options.maxS, signal), SAMPLES_PER_S);
  }

  async #decoded(converter: Converter, type: SoundType, bytes: Buffer, signal: AbortSignal): Promise<Buffer> {
    const { commands, timeoutMs, maxS } = this.#options;
    try {
      // Some more than may be, so that what is too long is told so.
      return await commands.run(converter.argv(type), bytes, { timeoutMs, maxBytes: (maxS + 60) * SAMPLES_PER_S * 2 }, signal);
    } catch (error) {
      if (error instanceof CommandFailed && !error.missing) throw new NotASound(`it cannot be read as ${type} (${converter.name})`);
      throw error;
    }
  }
}
