import { expect, it } from "vitest";
import { LANGUAGES, languageOf } from "../../src/console/messages/index.js";
import { fieldsDe } from "../../src/console/messages/fields.de.js";
import { fieldsEn } from "../../src/console/messages/fields.en.js";

const ENGLISH = { ...(await LANGUAGES.en()), fields: fieldsEn };
const GERMAN = { ...(await LANGUAGES.de()), fields: fieldsDe };

type Message = (...given: readonly unknown[]) => unknown;
const isMessage = (value: unknown): value is Message => typeof value === "function";

/** Every text with the path to it. */
function flat(value: unknown, path = ""): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([key, of]) => flat(of, path === "" ? key : `${path}.${key}`)) : [[path, value]];
}
const [english, german] = [new Map(flat(ENGLISH)), new Map(flat(GERMAN))];

/** What a message may be given, the first one usually, and others by which it must be seen that it is said. Some words are the server's own. */
const SAMPLES: readonly (readonly [unknown, ...unknown[]])[] = [
  ["Priya", "Marek", "", "customer", "ended", "started"],
  [7, 8],
  [["Priya", "Marek"], ["Priya", "Yuki"]],
  [(names: readonly string[]) => names.join("+"), (names: readonly string[]) => names.join("/")],
];
type Sample = (typeof SAMPLES)[number];
const combined = (count: number): readonly (readonly Sample[])[] => (count === 0 ? [[]] : combined(count - 1).flatMap((rest) => SAMPLES.map((each) => [...rest, each])));

function said(message: Message, given: readonly unknown[]): string | null {
  try {
    const text = message(...given);
    return typeof text === "string" && text.trim() !== "" && !/undefined|NaN|null|\[object|=>/.test(text) ? text : null;
  } catch {
    // Not made for such an argument.
    return null;
  }
}

/** Whether it says something, and something else when any one of its arguments is another. */
function tellsAll(message: Message, samples: readonly Sample[]): boolean {
  const base = samples.map(([first]) => first);
  const text = said(message, base);
  return text !== null && samples.every(([, ...others], at) => others.some((other) => {
    const changed = said(message, base.map((each, index) => (index === at ? other : each)));
    return changed !== null && changed !== text;
  }));
}

/** Where English has no hint, the API's own description is shown, which is English. */
const isHint = (path: string): boolean => path.endsWith(".hint");

it("has the same texts in both languages", () => {
  expect([...english.keys()].filter((path) => !german.has(path))).toEqual([]);
  expect([...german.keys()].filter((path) => !english.has(path) && !isHint(path))).toEqual([]);
  expect([...english].filter(([path, text]) => typeof text !== typeof german.get(path)).map(([path]) => path)).toEqual([]);
});

it("shows no field of a form with an English description to who reads German", () => {
  const fields = [...german.keys()].filter((path) => /^(fields|forms\.shared)\..*\.label$/.test(path));
  expect(fields.length).toBeGreaterThan(100);
  expect(fields.filter((path) => !german.has(path.replace(/label$/, "hint")))).toEqual([]);
});

it("leaves no text empty in one language that is there in the other", () => {
  const isEmpty = (text: unknown): boolean => typeof text === "string" && text.trim() === "";
  expect([...english].filter(([path, text]) => isEmpty(text) !== isEmpty(german.get(path))).map(([path]) => path)).toEqual([]);
});

it("says each of a message's arguments in both languages", () => {
  const lost: string[] = [];
  let messages = 0;
  for (const [path, message] of english) {
    const translated = german.get(path);
    if (!isMessage(message) || !isMessage(translated)) continue;
    messages++;
    const most = Math.max(message.length, translated.length);
    if (!combined(most).some((samples) => tellsAll(message, samples) && tellsAll(translated, samples))) lost.push(path);
  }
  expect(lost).toEqual([]);
  expect(messages).toBeGreaterThan(150);
});

it("finds an argument that is left out", () => {
  const [name, mode] = [SAMPLES[0], SAMPLES[0]];
  if (name === undefined || mode === undefined) throw new Error("no samples");
  const whole: Message = (who, how) => `${String(who)} (${String(how)})`;
  const half: Message = (who) => `${String(who)} (listening)`;
  expect([tellsAll(whole, [name, mode]), tellsAll(half, [name, mode])]).toEqual([true, false]);
});

it("speaks the language that was chosen, else the first of the browser's that there is", () => {
  expect(languageOf("de", ["en-GB"])).toBe("de");
  expect(languageOf(null, ["fr-FR", "de-AT", "en"])).toBe("de");
  expect(languageOf("fr", ["pt"])).toBe("en");
  expect(languageOf("toString", [])).toBe("en");
});
