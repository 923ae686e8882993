/** All text of the console, in one typed place: a language is a file of this shape. */
import { en } from "./en.js";
import { de } from "./de.js";

export type Messages = typeof en;
export const LANGUAGES = { en, de } as const satisfies Record<string, Messages>;
export type Language = keyof typeof LANGUAGES;

/** The first of the browser's languages that there is; English otherwise. `stored`: what the person has chosen. */
export function languageOf(stored: string | null, wanted: readonly string[]): Language {
  const known = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);
  if (stored !== null && known(stored)) return stored;
  return wanted.map((name) => name.split("-")[0] ?? "").find(known) ?? "en";
}
