/** `<Gather>`: the caller's keys or words (https://www.twilio.com/docs/voice/twiml/gather). */
import type { Attributes, Callback, HttpMethod } from "../attributes.js";
import type { ElementReader } from "../reading.js";
import { pause, type Pause } from "./pause.js";
import { playFile, type Play } from "./play.js";
import { say, type Say } from "./say.js";

export type Prompt = Say | Play | Pause;

export interface Gather {
  readonly verb: "Gather";
  readonly line: number;
  /** What is played while the input is awaited; the first key ends it. */
  readonly prompts: readonly Prompt[];
  readonly input: readonly ("dtmf" | "speech")[];
  /** Where the input goes; null or empty: the document's own URL. */
  readonly action: string | null;
  readonly method: HttpMethod;
  /** Ask the action also when nothing was gathered. */
  readonly actionOnEmptyResult: boolean;
  /** Seconds after the prompts, and between keys. */
  readonly timeoutS: number;
  /** The key that ends the input; null: none does. */
  readonly finishOnKey: string | null;
  /** So many keys end the input; null: any number. */
  readonly numDigits: number | null;
  /** Seconds of silence that end speech; `auto`: the recognizer decides; null: as `timeoutS`. */
  readonly speechTimeout: number | "auto" | null;
  readonly maxSpeechS: number;
  readonly bargeIn: boolean;
  readonly hints: readonly string[];
  readonly language: string;
  readonly speechModel: string | null;
  readonly enhanced: boolean;
  readonly profanityFilter: boolean;
  readonly partialResults: Callback | null;
}

const MAX_HINTS = 500;
const MAX_HINT = 100;

export const gather: ElementReader<Gather> = (element, reading) => {
  const attributes = reading.attributes(element);
  const warn = (text: string): void => reading.warn(element, text);
  const speechModel = attributes.shortText("speechModel", 64);
  const verb: Gather = {
    verb: "Gather",
    line: element.line,
    prompts: reading.children<Prompt>(element, PROMPTS),
    input: attributes.words("input", ["dtmf", "speech"], ["dtmf"]),
    action: attributes.url("action"),
    method: attributes.method("method"),
    actionOnEmptyResult: attributes.flag("actionOnEmptyResult", false),
    timeoutS: attributes.integer("timeout", 5, { min: 0, max: 3600 }),
    finishOnKey: finishOnKey(attributes, warn),
    numDigits: attributes.integer("numDigits", null, { min: 1, max: 1000 }),
    speechTimeout: speechTimeout(attributes, speechModel, warn),
    maxSpeechS: attributes.integer("maxSpeechTime", 60, { min: 1, max: 60 }),
    bargeIn: attributes.flag("bargeIn", true),
    hints: hints(attributes, warn),
    language: attributes.shortText("language", 64) ?? "en-US",
    speechModel,
    enhanced: attributes.flag("enhanced", false),
    profanityFilter: attributes.flag("profanityFilter", true),
    partialResults: attributes.callback("partialResultCallback"),
  };
  attributes.ignore("debug");
  attributes.done();
  return verb;
};

const PROMPTS = new Map<string, ElementReader<Prompt>>([
  ["Say", say],
  ["Play", playFile],
  ["Pause", pause],
]);

function finishOnKey(attributes: Attributes, warn: (text: string) => void): string | null {
  const value = attributes.text("finishOnKey");
  if (value === null) return "#";
  const key = value.trim();
  if (/^[0-9*#]?$/.test(key)) return key === "" ? null : key;
  warn("finishOnKey is one key or empty, so it is #.");
  return "#";
}

function speechTimeout(attributes: Attributes, model: string | null, warn: (text: string) => void): number | "auto" | null {
  if (attributes.text("speechTimeout")?.trim().toLowerCase() !== "auto") return attributes.integer("speechTimeout", null, { min: 0, max: 60 });
  if (model === null || model === "" || model === "default") return "auto";
  warn("speechTimeout cannot be auto with a speechModel, so it is the timeout.");
  return null;
}

function hints(attributes: Attributes, warn: (text: string) => void): readonly string[] {
  const given = (attributes.text("hints") ?? "").split(",").map((hint) => hint.trim());
  const taken = given.filter((hint) => hint !== "" && hint.length <= MAX_HINT).slice(0, MAX_HINTS);
  if (taken.length < given.filter((hint) => hint !== "").length) warn(`hints are at most ${MAX_HINTS} of ${MAX_HINT} characters each; the others are left out.`);
  return taken;
}
