/** The attributes of one element, each taken by its name with its default and limits. */
import { sameButForCase, shown } from "./names.js";
import type { XmlElement } from "./xml.js";

export type HttpMethod = "GET" | "POST";

/** Where something is reported to. */
export interface Callback<Event extends string = never> {
  /** As the document has it: it may be relative to the document. */
  readonly url: string;
  readonly method: HttpMethod;
  /** The events that are asked for. */
  readonly events: readonly Event[];
}

/** The longest URL that is taken. */
const MAX_URL = 8192;
const METHODS = ["GET", "POST"] as const;

export class Attributes {
  readonly #element: XmlElement;
  readonly #warn: (text: string) => void;
  /** Bounded by the names that the readers take. */
  readonly #taken = new Set<string>();

  constructor(element: XmlElement, warn: (text: string) => void) {
    this.#element = element;
    this.#warn = warn;
  }

  /** Whether the document has it. */
  has(name: string): boolean {
    return this.#element.attributes.has(name);
  }

  /** Any text, as it is written; null: not given. */
  text(name: string): string | null {
    this.#taken.add(name);
    return this.#element.attributes.get(name) ?? null;
  }

  /** A text that is cut at a length, with a warning. */
  shortText(name: string, max: number): string | null {
    const value = this.text(name);
    if (value === null || value.length <= max) return value;
    this.#warn(`${name} is cut at ${max} characters.`);
    return value.slice(0, max);
  }

  /** An address, which may be relative and may be empty; null: not given, or none that can be one. */
  url(name: string): string | null {
    const value = this.text(name)?.trim() ?? null;
    if (value === null) return null;
    if (isAddress(value)) return value;
    this.#warn(`${name} is no URL, so it is left out.`);
    return null;
  }

  method(name: string, otherwise: HttpMethod = "POST"): HttpMethod {
    return this.oneOf(name, METHODS, otherwise);
  }

  flag(name: string, otherwise: boolean): boolean {
    return this.oneOf(name, ["true", "false"], otherwise ? "true" : "false") === "true";
  }

  /** A whole number; one beyond the limits is taken as the nearest, anything else as the default. */
  integer<Default extends number | null>(name: string, otherwise: Default, limits: { readonly min: number; readonly max: number }): number | Default {
    const value = this.text(name)?.trim() ?? "";
    if (value === "") return otherwise;
    if (!/^[+-]?\d{1,15}$/.test(value)) {
      this.#warn(`${name} is no whole number, so it is ${otherwise ?? "left out"}: ${shown(value)}`);
      return otherwise;
    }
    const number = Number(value);
    const within = Math.min(Math.max(number, limits.min), limits.max);
    if (within !== number) this.#warn(`${name} is from ${limits.min} to ${limits.max}, so ${number} is taken as ${within}.`);
    return within;
  }

  /** One of a few words, in any letter case. */
  oneOf<const Word extends string, Default extends Word | null>(name: string, words: readonly Word[], otherwise: Default): Word | Default {
    const value = this.text(name)?.trim() ?? "";
    if (value === "") return otherwise;
    const word = words.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
    if (word !== undefined) return word;
    this.#warn(`${name} is one of ${words.join(", ")}, so it is ${otherwise ?? "left out"}: ${shown(value)}`);
    return otherwise;
  }

  /** Some of a few words, separated by blanks or commas. */
  words<const Word extends string>(name: string, words: readonly Word[], otherwise: readonly Word[]): readonly Word[] {
    const value = this.text(name)?.trim() ?? "";
    if (value === "") return otherwise;
    const given = value.split(/[\s,]+/).filter((piece) => piece !== "");
    const wanted = words.filter((word) => given.some((piece) => piece.toLowerCase() === word.toLowerCase()));
    const strange = given.find((piece) => !words.some((word) => piece.toLowerCase() === word.toLowerCase()));
    if (strange !== undefined) this.#warn(`${name} has words of ${words.join(", ")}, so this one is left out: ${shown(strange)}`);
    return wanted.length === 0 ? otherwise : wanted;
  }

  /** A callback's URL with its method and events, `<name>Method` and `<name>Event`; null: no URL. */
  callback<const Event extends string = never>(name: string, events: readonly Event[] = [], otherwise: readonly Event[] = []): Callback<Event> | null {
    const url = this.url(name);
    const method = this.method(`${name}Method`);
    const wanted = events.length === 0 ? [] : this.words(`${name}Event`, events, otherwise);
    return url === null || url === "" ? null : { url, method, events: wanted };
  }

  /** Known to Twilio, and without any effect on what the caller meets here. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#taken.add(name);
  }

  /** Known to Twilio, and not available here. */
  unavailable(...names: readonly string[]): void {
    this.ignore(...names);
    for (const name of names) if (this.has(name)) this.#warn(`${name} is not available here, so it is left out.`);
  }

  /** Warns of what nobody has taken. */
  done(): void {
    for (const name of this.#element.attributes.keys()) {
      if (this.#taken.has(name) || /^(xmlns|xsi)(:|$)/.test(name)) continue;
      const meant = sameButForCase(name, this.#taken);
      const hint = meant === null ? "" : ` Names are case sensitive: ${meant}.`;
      this.#warn(`<${this.#element.name}> has no ${shown(name)}, so it is left out.${hint}`);
    }
  }
}

/** Whether a text may be resolved to a URL: neither too long nor with control characters in it. Blanks are encoded by whoever resolves it, as browsers do. */
export function isAddress(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- They are what is refused.
  return text.length <= MAX_URL && !/[\u0000-\u001f\u007f]/.test(text);
}
