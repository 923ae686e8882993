/** Codes that the organization has named, such as an outcome, a reason of being away, or an attribute, as people read them. */

/** What is written where people read: a code of letters, digits and `_ . -`, as a word. */
export function wordsOf(code: string): string {
  const words = code.replace(/[_-]+/g, " ").trim();
  return words === "" ? code : words.charAt(0).toUpperCase() + words.slice(1);
}

/** The same within a sentence. */
export const asWritten = (code: string): string => code.replace(/[_-]+/g, " ").trim();
