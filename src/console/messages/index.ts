/** All text of the console, in one typed place: a language is a file of the shape of English. A browser loads its own alone. */
import type { en } from "./en.js";

export type Messages = typeof en;
export const LANGUAGES = {
  en: async () => (await import("./en.js")).en,
  de: async () => (await import("./de.js")).de,
} as const satisfies Record<string, () => Promise<Messages>>;
export type Language = keyof typeof LANGUAGES;

/** The first of the browser's languages that there is; English otherwise. `stored`: what the person has chosen. */
export function languageOf(stored: string | null, wanted: readonly string[]): Language {
  const known = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);
  if (stored !== null && known(stored)) return stored;
  return wanted.map((name) => name.split("-")[0] ?? "").find(known) ?? "en";
}
