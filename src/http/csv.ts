/** What a field of a CSV may hold, so that no spreadsheet computes what a caller or an agent wrote. */
import { Readable } from "node:stream";
import { stringify } from "csv-stringify";

/** What begins a formula in Excel, LibreOffice and Google Sheets, in full width too (OWASP, "CSV Injection"). */
const SIGN = "=+\\-@\uff1d\uff0b\uff0d\uff20";
/**
 * A sign where a cell may begin: at the beginning of the field, or behind anything that an import may take for a delimiter or a quote. That is whatever is no
 * letter and no digit, since the program that opens the file chooses the delimiter, not the one that writes it.
 */
const CELL_BEGINS = new RegExp(`(?<![\\p{L}\\p{N}${SIGN}])[${SIGN}]`, "gu");
const HOLDS_SIGN = new RegExp(`[${SIGN}]`);
/** Tabs and line breaks that begin a field are dropped by some imports, which then see what follows. */
const BEGINS_BLANK = /^[\t\r\n]/;
/** Plus and digits, up to the end of its cell: computes nothing, and the programs that read the file know it by its plus. */
const PHONE_NUMBER = /^\+\d+(?=$|[;,|\t\r\n"])/;
/** Plus and digits up to a blank, and a dash between two words: when a blank is the delimiter these are the whole cell, and otherwise they do not begin one. */
const AFTER_BLANK = new RegExp(`^(?:\\+\\d+(?=$|[\\s;,|"])|[${SIGN}]+(?=$|\\s))`, "u");

/**
 * The field with an apostrophe before each sign that would begin a formula, whatever delimiter the file is opened with; it is quoted afterwards as usual.
 * A phone number (`+` and digits) stays as it is.
 */
export function harmlessCell(field: string): string {
  // Most fields hold none, and a long export has many.
  if (!HOLDS_SIGN.test(field)) return BEGINS_BLANK.test(field) ? `'${field}` : field;
  const defused = field.replace(CELL_BEGINS, (sign: string, at: number) => {
    const rest = field.slice(at);
    const harmless = at === 0 ? /^\+\d+$/.test(rest) : field[at - 1] === " " ? AFTER_BLANK.test(rest) : PHONE_NUMBER.test(rest);
    return harmless ? sign : `'${sign}`;
  });
  return BEGINS_BLANK.test(defused) ? `'${defused}` : defused;
}

/** The rows as CSV with a header line, read as the client reads them. */
export function csvOf(rows: AsyncIterable<object>, columns: readonly string[]): Readable {
  const source = Readable.from(rows);
  const csv = stringify({ header: true, columns: [...columns], cast: { string: harmlessCell }, record_delimiter: "\r\n" });
  source.once("error", (error) => csv.destroy(error));
  // A client that goes away meanwhile ends the reading too.
  csv.once("close", () => source.destroy());
  return source.pipe(csv);
}
