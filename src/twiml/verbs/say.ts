/** `<Say>`: text that is spoken (https://www.twilio.com/docs/voice/twiml/say). */
import { isTwiml, shown, whySkipped } from "../names.js";
import type { ElementReader, Reading } from "../reading.js";
import type { XmlElement } from "../xml.js";

/** The elements of SSML that Say may hold (https://www.twilio.com/docs/voice/twiml/say/text-speech). */
const SSML = ["break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"] as const;
export type SsmlName = (typeof SSML)[number];

const SSML_ATTRIBUTES: Readonly<Record<SsmlName, readonly string[]>> = {
  break: ["strength", "time"],
  emphasis: ["level"],
  lang: ["xml:lang"],
  p: [],
  phoneme: ["alphabet", "ph"],
  prosody: ["pitch", "rate", "volume"],
  s: [],
  "say-as": ["format", "interpret-as"],
  sub: ["alias"],
  w: ["role"],
};

export interface SsmlPart {
  readonly name: SsmlName;
  /** As the document has them. */
  readonly attributes: Readonly<Partial<Record<string, string>>>;
  readonly parts: readonly SpeechPart[];
}

/** A piece of text, or a part of SSML with its own pieces. */
export type SpeechPart = string | SsmlPart;

export interface Say {
  readonly verb: "Say";
  readonly line: number;
  /** What is spoken, in order; blanks are runs of one. */
  readonly parts: readonly SpeechPart[];
  /** Twilio's name of a voice: `man`, `woman`, `alice`, `Polly.Joanna-Neural`, `Google.en-US-Standard-A`. */
  readonly voice: string;
  /** A language tag; null: not given, so that of the voice. */
  readonly language: string | null;
  /** How often; 0: until the call ends. */
  readonly loop: number;
}

/** Characters of one Say that are spoken (https://www.twilio.com/docs/api/errors/13520). */
const MAX_CHARACTERS = 4096;
/** Twilio's error 13520: the text of a Say is not taken as it is. */
const INVALID_TEXT = 13520;
export const MAX_LOOP = 1000;

export const say: ElementReader<Say> = (element, reading) => {
  const attributes = reading.attributes(element);
  const voice = attributes.shortText("voice", 128)?.trim() ?? "";
  const language = attributes.shortText("language", 64)?.trim() ?? "";
  const loop = attributes.integer("loop", 1, { min: 0, max: MAX_LOOP });
  attributes.done();
  const budget = { left: MAX_CHARACTERS };
  const parts = speech(element, reading, budget);
  if (budget.left < 0) reading.warn(element, `Only the first ${MAX_CHARACTERS} characters are spoken.`, INVALID_TEXT);
  if (plainText(parts).trim() === "" && !parts.some((part) => typeof part !== "string")) {
    reading.warn(element, "There is nothing to say, so it is skipped.", INVALID_TEXT);
    return null;
  }
  return { verb: "Say", line: element.line, parts, voice: voice === "" ? "man" : voice, language: language === "" ? null : language, loop };
};

/** The words alone, without what SSML says of them. */
export const plainText = (parts: readonly SpeechPart[]): string => parts.map((part) => (typeof part === "string" ? part : (part.attributes.alias ?? plainText(part.parts)))).join("");

/** The children of Say or of an element in it. The words of an element that SSML does not have are spoken all the same. */
function speech(element: XmlElement, reading: Reading, budget: { left: number }): readonly SpeechPart[] {
  return element.children.flatMap((child): readonly SpeechPart[] => {
    if (typeof child === "string") {
      const text = child.replace(/\s+/g, " ").slice(0, Math.max(0, budget.left));
      budget.left -= child.trim() === "" ? 0 : child.length;
      return text === "" ? [] : [text];
    }
    const name = SSML.find((candidate) => candidate === child.name);
    if (name !== undefined) return [{ name, attributes: ssmlAttributes(child, name, reading), parts: speech(child, reading, budget) }];
    if (isTwiml(child.name)) {
      reading.warn(child, whySkipped(child.name, element.name, SSML));
      return [];
    }
    reading.warn(child, `There is no <${shown(child.name)}> in <${element.name}>: its words are spoken as they are.`);
    return speech(child, reading, budget);
  });
}

function ssmlAttributes(element: XmlElement, name: SsmlName, reading: Reading): SsmlPart["attributes"] {
  const attributes = reading.attributes(element);
  const given = SSML_ATTRIBUTES[name].flatMap((key) => {
    const value = attributes.shortText(key, 256);
    return value === null ? [] : [[key, value] as const];
  });
  attributes.done();
  return Object.fromEntries(given);
}
