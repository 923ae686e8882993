/** A text to be said, in the forms that synthesizers take: plain text, or SSML of the few elements that are allowed. */
import type { SpokenPart, SsmlElement } from "./types.js";
import { isLanguage } from "./voices.js";

/** As much as Twilio says of one `<Say>`. */
export const MAX_TEXT = 4096;
const MAX_DEPTH = 20;

/** `interpret-as` whose text is said sign by sign; the others are left to the synthesizer's own reading of the text. */
const SIGN_BY_SIGN = new Set(["characters", "digits", "spell-out", "telephone"]);

// Control characters, and halves of pairs, have no sound, and some synthesizers end at them.
const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ");

function interpreted(as: string | undefined, text: string): string {
  if (as === "expletive") return "beep";
  if (as === undefined || !SIGN_BY_SIGN.has(as)) return text;
  // Between groups there is a pause.
  return Array.from(text.replace(/\s+/gu, " ").trim()).join(" ").replaceAll("   ", ", ");
}

/** All of the text in it, read as its elements say. */
function textOf(parts: readonly SpokenPart[], depth = 0): string {
  if (depth > MAX_DEPTH) return "";
  const words = parts.map((part) => {
    if (typeof part === "string") return clean(part);
    const { element, attributes, content: inner } = part;
    switch (element) {
      case "break":
        return ", ";
      case "sub":
        return clean(attributes["alias"] ?? textOf(inner, depth + 1));
      case "say-as":
        return interpreted(attributes["interpret-as"], textOf(inner, depth + 1));
      case "p":
      case "s": {
        const text = textOf(inner, depth + 1).trim();
        return /[.!?…。]$/u.test(text) || text === "" ? ` ${text} ` : ` ${text}. `;
      }
      default:
        return textOf(inner, depth + 1);
    }
  });
  return words.join("");
}

/** One line, at most `MAX_TEXT` characters. */
export const plainText = (parts: readonly SpokenPart[]): string => textOf(parts).replace(/\s+/gu, " ").trim().slice(0, MAX_TEXT).replace(/\p{Cs}/gu, "");

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&apos;");

const LEVEL = /^[+-]?\d{1,3}(?:\.\d{1,3})?(?:%|dB|Hz|st)?$/;
/** Amazon Polly takes no longer ones (https://docs.aws.amazon.com/polly/latest/dg/break-tag.html). */
const MAX_BREAK_MS = 10_000;
function isBreak(value: string): boolean {
  const [, amount, unit] = /^(\d{1,5}(?:\.\d{1,3})?)(ms|s)$/.exec(value) ?? [];
  return Number(amount) * (unit === "s" ? 1000 : 1) <= MAX_BREAK_MS;
}
const oneOf = (words: string) => (value: string): boolean => words.split(" ").includes(value);
const orLevel = (words: string) => (value: string): boolean => oneOf(words)(value) || LEVEL.test(value);

/** What the elements may carry (https://www.w3.org/TR/speech-synthesis11/); the rest is left out. */
const ATTRIBUTES: Readonly<Partial<Record<SsmlElement["element"], Readonly<Record<string, (value: string) => boolean>>>>> = {
  break: { strength: oneOf("none x-weak weak medium strong x-strong"), time: isBreak },
  emphasis: { level: oneOf("strong moderate reduced none") },
  lang: { "xml:lang": isLanguage },
  phoneme: { alphabet: oneOf("ipa x-sampa"), ph: (value) => value.length <= 200 },
  prosody: {
    volume: orLevel("default silent x-soft soft medium loud x-loud"),
    rate: orLevel("default x-slow slow medium fast x-fast"),
    pitch: orLevel("default x-low low medium high x-high"),
  },
};

/** How a synthesizer words what differs between them: an element's name, or null where it has none, so that its content alone is said. */
export type Dialect = (element: SsmlElement["element"]) => string | null;

function ssmlOf(parts: readonly SpokenPart[], dialect: Dialect, depth: number): string {
  if (depth > MAX_DEPTH) return "";
  return parts
    .map((part) => {
      if (typeof part === "string") return escaped(clean(part));
      const { element, attributes, content: inner } = part;
      if (element === "sub" || element === "say-as") return escaped(textOf([part], depth));
      const written = dialect(element);
      const within = element === "break" ? "" : ssmlOf(inner, dialect, depth + 1);
      if (written === null) return within;
      const allowed = ATTRIBUTES[element] ?? {};
      const own = Object.entries(attributes).filter(([key, value]) => value !== undefined && Object.hasOwn(allowed, key) && allowed[key]?.(value) === true);
      // Without what it is about, an element says nothing.
      if ((element === "lang" || element === "phoneme") && own.length === 0) return within;
      const said = own.map(([key, value]) => ` ${key}="${escaped(value ?? "")}"`).join("");
      return within === "" ? `<${written}${said}/>` : `<${written}${said}>${within}</${written}>`;
    })
    .join("");
}

const EVERY: Dialect = (element) => (element === "w" ? null : element);

/** A document `<speak>`; null when the text has no elements, or is longer than `MAX_TEXT`: then it is plain text. */
export function ssml(parts: readonly SpokenPart[], dialect: Dialect = EVERY): string | null {
  if (parts.every((part) => typeof part === "string") || textOf(parts).length > MAX_TEXT) return null;
  const said = ssmlOf(parts, dialect, 0).replace(/\s+/gu, " ").trim();
  return said.length > 4 * MAX_TEXT ? null : `<speak>${said}</speak>`;
}
