/** The variables of speech: what says texts, what understands callers, and where the files lie. */
import { resolve } from "node:path";
import type { z } from "zod";
import { areNested, besideDemo, commandLine, directory, integer, text, url, voiceNames } from "./config-values.js";
import type { RecognizerSettings, SpeechSettings } from "./speech/index.js";

export interface SpeechConfig {
  readonly speech: SpeechSettings;
  readonly recognizer: RecognizerSettings;
}

const SPEECH_DIR = "/var/lib/freeswitch/speech";

export const speechVariables = {
  SPEECH_DIR: directory.optional(),
  SPEECH_WRITE_DIR: text("the directory where Callplane writes the sounds that FreeSWITCH plays").optional(),
  SPEECH_CACHE_MB: integer(16, 1_000_000).default(512),
  SPEECH_COMMAND: commandLine.optional(),
  SPEECH_URL: url.optional(),
  SPEECH_TOKEN: text("a token").optional(),
  SPEECH_VOICES: voiceNames.default({}),
  SPEECH_TIMEOUT_S: integer(1, 60).default(5),
  SPEECH_DIGITS_DIR: text("the directory of the recordings 0.wav to 9.wav").optional(),
  RECOGNIZER_COMMAND: commandLine.optional(),
  RECOGNIZER_URL: url.optional(),
  RECOGNIZER_TOKEN: text("a token").optional(),
  RECOGNIZER_MODEL: text("the name of a model").optional(),
  RECOGNIZER_TIMEOUT_S: integer(1, 60).default(10),
};

type SpeechVariables = { readonly [Name in keyof typeof speechVariables]: z.output<(typeof speechVariables)[Name]> };

/** `others`: directories of other files, as FreeSWITCH sees them; `problems` gets a line for each contradiction. The demonstration keeps them beside its database. */
export function speechConfig(data: Partial<SpeechVariables> & Pick<SpeechVariables, "SPEECH_CACHE_MB" | "SPEECH_VOICES" | "SPEECH_TIMEOUT_S" | "RECOGNIZER_TIMEOUT_S">, demo: boolean, others: Readonly<Record<string, string>>, problems: string[]): SpeechConfig {
  const own = resolve("./data/speech");
  const usual = (demo ? besideDemo("speech") : null) ?? SPEECH_DIR;
  const playedDir = (data.SPEECH_DIR ?? usual).replace(/(?<=.)\/+$/, "");
  for (const [name, other] of Object.entries(others)) {
    // What one organization's callers were told would be another's to choose or to load.
    if (data.SPEECH_DIR !== undefined && areNested(playedDir, other)) problems.push(`SPEECH_DIR and ${name} lie one within the other.`);
  }
  if (data.SPEECH_COMMAND !== undefined && data.SPEECH_URL !== undefined) problems.push("SPEECH_COMMAND and SPEECH_URL are both set; give one.");
  if (data.RECOGNIZER_COMMAND !== undefined && data.RECOGNIZER_URL !== undefined) problems.push("RECOGNIZER_COMMAND and RECOGNIZER_URL are both set; give one.");
  return {
    speech: {
      playedDir,
      writeDir: resolve(data.SPEECH_WRITE_DIR ?? data.SPEECH_DIR ?? (demo ? own : SPEECH_DIR)),
      maxBytes: data.SPEECH_CACHE_MB * 1024 * 1024,
      command: data.SPEECH_COMMAND ?? null,
      url: data.SPEECH_URL ?? null,
      token: data.SPEECH_TOKEN ?? null,
      voices: data.SPEECH_VOICES,
      timeoutMs: data.SPEECH_TIMEOUT_S * 1000,
      digitsDir: data.SPEECH_DIGITS_DIR ?? null,
    },
    recognizer: {
      command: data.RECOGNIZER_COMMAND ?? null,
      url: data.RECOGNIZER_URL ?? null,
      token: data.RECOGNIZER_TOKEN ?? null,
      model: data.RECOGNIZER_MODEL ?? null,
      timeoutMs: data.RECOGNIZER_TIMEOUT_S * 1000,
    },
  };
}
