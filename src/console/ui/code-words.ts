/** Codes that the organization has named, such as an outcome, a reason of being away, or an attribute, as people read them. */

/** Within a sentence: a code of letters, digits and `_ . -`, as words. */
export const asWritten = (code: string): string => code.replace(/[_-]+/g, " ").trim();

/** The same where it stands alone. */
export function wordsOf(code: string): string {
  const words = asWritten(code);
  return words === "" ? code : words.charAt(0).toUpperCase() + words.slice(1);
}
