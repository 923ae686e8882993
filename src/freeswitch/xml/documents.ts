/** The outer elements of what mod_xml_curl takes as an answer. */
import { element, serializeDocument } from "./serialize.js";
import type { XmlElement } from "./serialize.js";

export type Section = "directory" | "dialplan" | "configuration";

export const sectionDocument = (section: Section, children: readonly XmlElement[]): string =>
  serializeDocument(element("document", { type: "freeswitch/xml" }, [element("section", { name: section }, children)]));

/** Sends FreeSWITCH on to the next binding and then to its own files (switch_xml.c, switch_xml_locate). */
export const NOT_FOUND = serializeDocument(element("document", { type: "freeswitch/xml" }, [element("section", { name: "result" }, [element("result", { status: "not found" })])]));
