/** The door of FreeSWITCH's XML. */
export { NOT_FOUND, sectionDocument } from "./documents.js";
export type { Section } from "./documents.js";
export { childOf, paramsOf, readXml, within } from "./read.js";
export type { XmlNode } from "./read.js";
export { element, serializeDocument, serializeFragment } from "./serialize.js";
export type { XmlElement } from "./serialize.js";
export { expansion, Expansion, plainText } from "./text.js";
export type { AttributeValue } from "./text.js";
