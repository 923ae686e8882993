/** The text of a command for FreeSWITCH, checked as a whole: no value can end a line or start a second command. */
import { invalid } from "../errors.js";
import type { SwitchCommand } from "./types.js";

const MAX_LINE = 256 * 1024;
const BREAKS_LINE = /[\r\n\0]/;

export function command(kind: string, ...words: readonly string[]): SwitchCommand {
  const line = [kind, ...words].join(" ");
  if (BREAKS_LINE.test(line) || line.length > MAX_LINE) throw invalid("command", "holds characters that may not reach FreeSWITCH.");
  return { kind, line };
}

export function message(kind: string, first: string, headers: Readonly<Record<string, string>>): SwitchCommand {
  const lines = [first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  if (lines.some((line) => BREAKS_LINE.test(line) || line.length > MAX_LINE)) throw invalid("command", "holds characters that may not reach FreeSWITCH.");
  return { kind, line: lines.join("\n") };
}

/** The command's words are split at blanks (mod_conference, conference_api_main_real). */
export function oneWord<T extends string>(text: T): T {
  if (text.includes(" ")) throw invalid("argument", "may not hold a blank here.");
  return text;
}
