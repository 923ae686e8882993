/** FreeSWITCH's documents as text. The escaping is xmlbuilder2's; what FreeSWITCH does to a document before it parses it is dealt with here. */
import { create, fragment } from "xmlbuilder2";
import type { XMLBuilder } from "xmlbuilder2/lib/interfaces.js";
import { attributeText } from "./text.js";
import type { AttributeValue } from "./text.js";

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly children: readonly XmlElement[];
}

export const element = (name: string, attributes: Readonly<Record<string, AttributeValue>> = {}, children: readonly XmlElement[] = []): XmlElement => ({ name, attributes, children });

// xmlbuilder2 takes what looks like a reference in a value for one (BaseWriter.js), so "&#36;{x}" from a user would become "${x}"; it leaves this as it is.
const escapeAmpersands = (value: string): string => value.replaceAll("&", "&amp;");

function append(parent: XMLBuilder, { name, attributes, children }: XmlElement): void {
  const made = parent.ele(name, Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, escapeAmpersands(attributeText(value))])));
  for (const child of children) append(made, child);
}

/**
 * A document is preprocessed like a file of the configuration (switch_xml.c, switch_xml_parse_file): `$${…}` is replaced in the raw text,
 * and a line that holds `x-pre-process` anywhere is dropped. Character references keep both from it; the parser reads them back.
 */
const hideFromPreprocessor = (xml: string): string => xml.replaceAll("$", "&#36;").replace(/x(?=-pre-process)/gi, (x) => (x === "x" ? "&#120;" : "&#88;"));

/** A whole document. The XML declaration has a line of its own, because FreeSWITCH drops the line. */
export function serializeDocument(root: XmlElement): string {
  const document = create({ version: "1.0", encoding: "UTF-8" });
  append(document, root);
  return `${hideFromPreprocessor(document.end({ prettyPrint: true }))}\n`;
}

/** One element without a declaration, for a file that is included in another. */
export function serializeFragment(root: XmlElement): string {
  const holder = fragment();
  append(holder, root);
  return `${hideFromPreprocessor(holder.toString({ prettyPrint: true }))}\n`;
}
