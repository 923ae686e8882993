import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { describe, expect, it } from "vitest";
import { harmlessCell } from "../../src/http/csv.js";

const SIGNS = ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"];
const DELIMITERS = [",", ";", "\t", "|", ":", "~", "^", "#", "&", "/", "_", "\u00a6"];
const FORMULA = /^[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/** Cells as a program sees them that splits at `delimiter` and takes `"` for quotes; once more for one that knows no quotes. */
function cells(csv: string, delimiter: string): string[] {
  const lines = parse(csv, { delimiter, relax_quotes: true, relax_column_count: true, record_delimiter: ["\r\n", "\n", "\r"] });
  const plain = csv.split(/[\r\n]/).flatMap((line) => line.split(delimiter).map((cell) => cell.replace(/^"+/, "")));
  return [...lines.flat(), ...plain];
}

describe("a field of a CSV", () => {
  it("begins no formula under any delimiter, with or without quotes, blanks or line breaks before it", () => {
    for (const sign of SIGNS) {
      for (const delimiter of DELIMITERS) {
        for (const between of ["", '"', '""', " ", '" ', "\u00a0", "\u200b", "\r\n", "\n", "\t"]) {
          const field = `x${delimiter}${between}${sign}cmd|' /C calc'!A0`;
          const csv = stringify([["id", harmlessCell(field), "end"]], { record_delimiter: "\r\n" });
          const bad = cells(csv, delimiter).map((cell) => cell.trim()).filter((cell) => FORMULA.test(cell));
          expect(bad, JSON.stringify({ field, csv })).toEqual([]);
        }
      }
    }
  });

  it.each([
    ["x;=cmd", "x;'=cmd"],
    ["x\t=cmd", "x\t'=cmd"],
    ['x;"=cmd"', "x;\"'=cmd\""],
    ["=1+1", "'=1+1"],
    ["+1555 cmd", "'+1555 cmd"],
    ["\t=1", "'\t'=1"],
    ["\tplain", "'\tplain"],
    ["\nplain", "'\nplain"],
    ["+", "'+"],
    ["x -5", "x '-5"],
    ["a;+1555;=b", "a;+1555;'=b"],
    ["a;+1555+cmd", "a;'+1555+cmd"],
  ])("%j is written as %j", (field, expected) => {
    expect(harmlessCell(field)).toBe(expected);
  });

  it.each(["", "+15550001", "called +15550001 twice", "+441234567", "a=1", "1-1", "C++", "well-known", "sold - paid by card", "dora@acme.example", "https://x.example/a?b=1", 'says "hello", and more; so'])(
    "%j stays as it is",
    (field) => {
      expect(harmlessCell(field)).toBe(field);
    },
  );
});
