/** All text of the console, in one typed place: a language is a file of the shape of English. A browser loads its own alone. */
import type { en } from "./en.js";

export type Messages = typeof en;
export const LANGUAGES = {
  en: async () => (await import("./en.js")).en,
  de: async () => (await import("./de.js")).de,
} as const satisfies Record<string, () => Promise<Messages>>;
export type Language = keyof typeof LANGUAGES;

/** With the region of the person's browser, where it has one in this language: it decides dates, times and figures. */
export const localeOf = (language: Language, wanted: readonly string[]): string => wanted.find((tag) => isIn(language, tag)) ?? language;

/** Whether a locale, with a region or without, is of that language. */
export const isIn = (language: Language, locale: string): boolean => locale.toLowerCase().split("-")[0] === language;

/** The text in a language, which writes dates, times and figures as the person's region does. */
export async function textIn(language: Language, wanted: readonly string[]): Promise<Messages> {
  const text = await LANGUAGES[language]();
  return { ...text, common: { ...text.common, locale: localeOf(language, wanted) } };
}

/** The first of the browser's languages that there is; English otherwise. `stored`: what the person has chosen. */
export function languageOf(stored: string | null, wanted: readonly string[]): Language {
  const known = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);
  if (stored !== null && known(stored)) return stored;
  return wanted.map((name) => name.split("-")[0] ?? "").find(known) ?? "en";
}
