/** Names of callers. A caller chooses the display name of the From header, so it is shown as text, and decides nothing. */

const MAX_LENGTH = 64;
/** Control characters, marks of direction and others that could make a name look like something else, and lone surrogates. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
/** FreeSWITCH's words for no name. */
const NONE: ReadonlySet<string> = new Set(["", "unknown", "anonymous", "outbound call", "inbound call", "_undef_", "undefined"]);

/** The name as it is shown, at most 64 characters; null for none, and for what only repeats the number. */
export function displayName(written: string, number: string): string | null {
  const name = [...written.normalize("NFC").replace(UNFIT, " ").replace(/\s+/gu, " ").trim()].slice(0, MAX_LENGTH).join("").trim();
  if (NONE.has(name.toLowerCase()) || name === number || /^[+\d() .-]+$/.test(name)) return null;
  return name;
}

/** Only letters, digits and harmless signs go on to FreeSWITCH; null when nothing is left. */
export function fitForSwitch(text: string | null): string | null {
  const fit = (text ?? "").replace(/[^\p{L}\p{M}\p{N}+ _.-]/gu, "").trim();
  const short = [...fit].slice(0, MAX_LENGTH).join("").trim();
  return short === "" ? null : short;
}
