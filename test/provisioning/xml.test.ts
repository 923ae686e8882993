import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { element, expansion, NOT_FOUND, plainText, sectionDocument, serializeFragment } from "../../src/freeswitch/xml/index.js";

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "", trimValues: false, parseAttributeValue: false, htmlEntities: true });

/** What a parser reads back of an attribute that was given this value. */
function readBack(xml: string): string {
  expect(XMLValidator.validate(xml)).toBe(true);
  const parsed = parser.parse(xml) as { readonly document: { readonly section: { readonly variable: { readonly value: string } } } };
  return parsed.document.section.variable.value;
}

const written = (value: string): string => sectionDocument("directory", [element("variable", { name: "v", value })]);

const PIECES = ["<", ">", "&", '"', "'", "$", "{", "}", "${", "$${", "${system(id)}", "$${domain}", "\u0000", "\u0007", "\n", "\r", "\t", "\u007f", "\u0085", "]]>", "<!--", "-->", "<!--#include x", "<?xml?>", "<include>", "x-pre-process", "X-PRE-PROCESS cmd=", "&amp;", "&#36;", "&#36;{system(id)}", "&#x24;", "&quot;", "é", "日本", "🎧", "\ud800", "\udc00", "\ufffe", "a", " ", ";", "\\"];

/** A generator of its own, so that a failure comes back. */
function* texts(count: number): Iterable<string> {
  let seed = 12345;
  const next = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  for (const piece of PIECES) yield piece;
  for (let i = 0; i < count; i++) yield Array.from({ length: 1 + next(8) }, () => PIECES[next(PIECES.length)] ?? "").join("");
}

describe("XML for FreeSWITCH", () => {
  it("is well-formed and says what it was given, whatever that holds, without what cannot be written or would be expanded", () => {
    for (const text of texts(3000)) {
      const xml = written(text);
      expect(readBack(xml)).toBe(plainText(text));
      expect(plainText(text)).not.toMatch(/\$\{|\$\$|\p{Cc}/u);
      // FreeSWITCH's preprocessor works on the raw text, line by line.
      expect(xml.slice(xml.indexOf("\n"))).not.toMatch(/\$|x-pre-process|<!--|<\?|<include>/i);
      expect(xml.split("\n").filter((line) => line.includes("<variable"))).toHaveLength(1);
    }
  });

  it("changes nothing of ordinary text", () => {
    for (const text of ["Zoë O'Neil & Söhne", 'say "hi" <now>', "$5", "a{b}c", "price: 5$"]) expect(readBack(written(text))).toBe(text);
  });

  it("leaves our own expansions to FreeSWITCH, and expands nothing that is put into them", () => {
    const value = expansion`user/${"1001"}@\${domain_name}/${"${evil}$"}`;
    expect(value.text).toBe("user/1001@${domain_name}/\uff04{evil}\uff04");
    expect(readBack(sectionDocument("dialplan", [element("variable", { value })]))).toBe(value.text);
  });

  it("has its declaration on a line of its own, because FreeSWITCH drops that line", () => {
    expect(NOT_FOUND.split("\n")[0]).toBe('<?xml version="1.0" encoding="UTF-8"?>');
    expect(NOT_FOUND).toContain('<result status="not found"/>');
  });

  it("writes fragments without a declaration", () => {
    expect(serializeFragment(element("user", { id: "1001" }, [element("params")]))).toBe('<user id="1001">\n  <params/>\n</user>\n');
  });
});
