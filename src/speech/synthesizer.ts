/** What speaks: a program of the operator's or a service. */
import { basename } from "node:path";
import { CommandFailed, type Commands } from "./command.js";
import { plainText, ssml, type Dialect } from "./spoken.js";
import type { SpokenPart } from "./types.js";
import { USUAL_LANGUAGE, type Gender, type VoiceWish } from "./voices.js";

export interface Synthesizer {
  /** What distinguishes its voices from another's, for the cache. */
  readonly identity: string;
  /** Its own name of the voice; null: it has none for that wish, and the next one is tried. */
  voiceOf(wish: VoiceWish): string | null;
  /** A sound of any kind that `Content-Type` names. Rejects when it fails. */
  speak(parts: readonly SpokenPart[], voice: string, wish: VoiceWish, signal: AbortSignal): Promise<{ readonly bytes: Buffer; readonly contentType: string }>;
}

export interface CommandSynthesizerOptions {
  /** The program and its arguments. `{voice}`, `{language}` and `{gender}` in an argument stand for the wish. */
  readonly argv: readonly string[];
  /** The operator's own names of voices, by Twilio's name, or by language. */
  readonly names: VoiceNames;
  readonly commands: Commands;
  readonly timeoutMs: number;
}

/** The operator's names: by a voice's name as Twilio has it, by `<language>/<gender>`, by `<language>`; `default` in place of American English. */
export type VoiceNames = Readonly<Record<string, string>>;

export function namedVoice(names: VoiceNames, { name, language, gender }: VoiceWish): string | null {
  const keys = [...(name === null ? [] : [name]), `${language}/${gender}`, language, ...(language === USUAL_LANGUAGE ? ["default"] : [])];
  const key = keys.find((each) => Object.hasOwn(names, each));
  return key === undefined ? null : (names[key] ?? null);
}

const MAX_BYTES = 64 * 1024 * 1024;
const WAVE = "audio/wav";

/** A program that reads the text from stdin and writes a WAVE file to stdout. */
export class CommandSynthesizer implements Synthesizer {
  readonly #options: CommandSynthesizerOptions;

  constructor(options: CommandSynthesizerOptions) {
    this.#options = options;
  }

  get identity(): string {
    return this.#options.argv.join(" ");
  }

  voiceOf(wish: VoiceWish): string | null {
    const named = namedVoice(this.#options.names, wish);
    if (named !== null) return named;
    // Where the program is not told which voice, its own must do for all.
    return this.#options.argv.some((each) => each.includes("{voice}")) ? wish.language : "";
  }

  async speak(parts: readonly SpokenPart[], voice: string, wish: VoiceWish, signal: AbortSignal): Promise<{ readonly bytes: Buffer; readonly contentType: string }> {
    const { argv, commands, timeoutMs } = this.#options;
    const own = argv.map((each) => each.replaceAll(/\{(voice|language|gender)\}/g, (_, key: string) => (key === "voice" ? voice : key === "language" ? wish.language : wish.gender)));
    const bytes = await commands.run([...own, ...piperArguments(argv)], Buffer.from(`${plainText(parts)}\n`), { timeoutMs, maxBytes: MAX_BYTES }, signal);
    return { bytes, contentType: WAVE };
  }
}

/** Piper writes a file unless told otherwise (https://github.com/OHF-Voice/piper1-gpl). */
const piperArguments = ([program = ""]: readonly string[]): readonly string[] => (basename(program) === "piper" ? ["--output_file", "-"] : []);

/** Languages that espeak-ng names otherwise than BCP 47's usual tag. */
const ESPEAK_NAMES: Readonly<Record<string, string>> = { arb: "ar", "cmn-cn": "cmn", "zh-cn": "cmn", zh: "cmn", "zh-tw": "cmn", "zh-hk": "yue", "yue-cn": "yue", no: "nb", "nb-no": "nb", "es-mx": "es-419", "es-us": "es-419", "fr-fr": "fr-fr", "fr-ca": "fr-fr", "pt-pt": "pt", "en-au": "en-gb", "en-nz": "en-gb", "en-ie": "en-gb", "en-in": "en-gb", "en-za": "en-gb", "en-sg": "en-gb", "de-de": "de" };
const VARIANT: Readonly<Record<Gender, string>> = { male: "", female: "+f3" };
/** Words a minute; its own 175 are hard to understand by telephone. */
const SPEED = "160";

const ESPEAK: Dialect = (element) => {
  if (element === "lang") return "voice";
  return element === "w" || element === "phoneme" ? null : element;
};

/** espeak-ng, which tells its voices and reads SSML. */
export class Espeak implements Synthesizer {
  readonly #options: CommandSynthesizerOptions;
  readonly #languages: ReadonlySet<string>;

  private constructor(options: CommandSynthesizerOptions, languages: ReadonlySet<string>) {
    this.#options = options;
    this.#languages = languages;
  }

  /** Throws CommandFailed when it does not tell its voices. */
  static async open(options: CommandSynthesizerOptions, signal: AbortSignal): Promise<Espeak> {
    const list = await options.commands.run([...options.argv, "--voices"], Buffer.alloc(0), { timeoutMs: options.timeoutMs, maxBytes: 1_000_000 }, signal);
    const languages = list.toString("utf8").split("\n").slice(1).flatMap((line) => line.trim().split(/\s+/)[1] ?? []);
    if (languages.length === 0) throw new CommandFailed(`${options.argv[0] ?? ""} has no voices`);
    return new Espeak(options, new Set(languages.map((language) => language.toLowerCase())));
  }

  get identity(): string {
    return this.#options.argv.join(" ");
  }

  voiceOf(wish: VoiceWish): string | null {
    const named = namedVoice(this.#options.names, wish);
    if (named !== null) return named;
    const language = wish.language.toLowerCase();
    const [base = language] = language.split("-");
    const found = [language, ESPEAK_NAMES[language], base, ESPEAK_NAMES[base]].find((each) => each !== undefined && this.#languages.has(each));
    return found === undefined ? null : `${found}${VARIANT[wish.gender]}`;
  }

  async speak(parts: readonly SpokenPart[], voice: string, _wish: VoiceWish, signal: AbortSignal): Promise<{ readonly bytes: Buffer; readonly contentType: string }> {
    const { argv, commands, timeoutMs } = this.#options;
    const marked = ssml(parts, ESPEAK);
    // `[[` would begin espeak-ng's own names of sounds.
    const text = (marked ?? plainText(parts)).replaceAll("[[", "[ [");
    const bytes = await commands.run([...argv, "-v", voice, "-s", SPEED, ...(marked === null ? [] : ["-m"]), "--stdin", "--stdout"], Buffer.from(text), { timeoutMs, maxBytes: MAX_BYTES }, signal);
    return { bytes, contentType: WAVE };
  }
}

/** The synthesizer that the operator's command is. Throws CommandFailed when it cannot be run. */
export async function commandSynthesizer(options: CommandSynthesizerOptions, signal: AbortSignal): Promise<Synthesizer> {
  return /^espeak(?:-ng)?$/.test(basename(options.argv[0] ?? "")) ? Espeak.open(options, signal) : new CommandSynthesizer(options);
}
