/**
 * How verbs and nouns are read from elements: what is unknown, misplaced or malformed becomes a warning, and the call goes on with the default.
 * Twilio does the same (https://www.twilio.com/docs/api/errors/12200).
 */
import { Attributes } from "./attributes.js";
import { whySkipped } from "./names.js";
import type { XmlElement } from "./xml.js";

/** Twilio's error 12200: a part of the document that is skipped. */
export const SCHEMA_WARNING = 12200;

export interface Warning {
  /** Twilio's error code. */
  readonly code: number;
  /** The element that it concerns. */
  readonly element: string;
  /** The line of that element, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Reads one kind of element; null: it is skipped, with a warning that says why. */
export type ElementReader<T> = (element: XmlElement, reading: Reading) => T | null;

const KEPT_WARNINGS = 100;

/** The reading of one document: collects its warnings. */
export class Reading {
  /** Bounded by KEPT_WARNINGS. */
  readonly #warnings: Warning[] = [];
  #left = 0;

  /** The first hundred, and a last one that tells how many more there were. */
  get warnings(): readonly Warning[] {
    if (this.#left === 0) return this.#warnings;
    const last = this.#warnings.at(-1);
    return [...this.#warnings, { code: SCHEMA_WARNING, element: "Response", line: last?.line ?? 1, text: `There are ${this.#left} further warnings.` }];
  }

  warn(element: XmlElement, text: string, code = SCHEMA_WARNING): void {
    if (this.#warnings.length < KEPT_WARNINGS) this.#warnings.push({ code, element: element.name.slice(0, 60), line: element.line, text });
    else this.#left += 1;
  }

  /** For the attributes of one element; the reader calls `done()` when it has taken all that it knows. */
  attributes(element: XmlElement): Attributes {
    return new Attributes(element, (text) => this.warn(element, text));
  }

  /** The children that have a reader, in order. Others, and text between them, are skipped with a warning. */
  children<T>(element: XmlElement, readers: ReadonlyMap<string, ElementReader<T>>): readonly T[] {
    const { children, text } = this.mixed(element, readers);
    if (text !== "") this.warn(element, `<${element.name}> takes no text, so it is skipped.`);
    return children;
  }

  /** As `children`, where text may stand too: all of it together, without blanks around it. */
  mixed<T>(element: XmlElement, readers: ReadonlyMap<string, ElementReader<T>>): { readonly children: readonly T[]; readonly text: string } {
    const children: T[] = [];
    let text = "";
    for (const child of element.children) {
      if (typeof child === "string") {
        text += child;
        continue;
      }
      const reader = readers.get(child.name);
      if (reader === undefined) this.warn(child, whySkipped(child.name, element.name, readers.keys()));
      const value = reader?.(child, this) ?? null;
      if (value !== null) children.push(value);
    }
    return { children, text: text.trim() };
  }

  /** Its text alone, without blanks around it; elements in it are skipped with a warning. */
  text(element: XmlElement): string {
    return this.mixed(element, NONE).text;
  }

  /** Warns of everything in an element that holds nothing. */
  empty(element: XmlElement): void {
    this.children(element, NONE);
  }
}

const NONE: ReadonlyMap<string, ElementReader<never>> = new Map();
