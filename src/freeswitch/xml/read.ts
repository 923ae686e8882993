/** FreeSWITCH's configuration as it tells it (`xml_locate`). */
import type { Element } from "@oozcitak/dom/lib/dom/interfaces.js";
import { create } from "xmlbuilder2";
import type { XMLBuilder } from "xmlbuilder2/lib/interfaces.js";
import { invalid } from "../../errors.js";

export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

type DomNode = XMLBuilder["node"];

const ELEMENT: number = 1;
const isElement = (node: DomNode): node is Element => Number(node.nodeType) === ELEMENT;

const read = (element: Element): XmlNode => ({
  name: element.tagName,
  attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
  children: [...element.childNodes].filter(isElement).map(read),
});

/** The outermost element; text between elements is left out. Throws InvalidParameter for what is no XML. */
export function readXml(text: string): XmlNode {
  let root: DomNode;
  try {
    root = create(text).root().node;
  } catch (error) {
    throw invalid("xml", error instanceof Error ? error.message : "is malformed.");
  }
  if (!isElement(root)) throw invalid("xml", "has no element.");
  return read(root);
}

/** Every element of this name within, at any depth, in the document's order. */
export function* within(node: XmlNode, name: string): Iterable<XmlNode> {
  for (const child of node.children) {
    if (child.name === name) yield child;
    yield* within(child, name);
  }
}

/** Names and values of the `param` elements directly below; a name that comes twice has both values. */
export function paramsOf(node: XmlNode | undefined, element = "param"): ReadonlyMap<string, readonly string[]> {
  const params = new Map<string, string[]>();
  for (const { name, attributes } of node?.children ?? []) {
    const key = attributes["name"];
    if (name === element && key !== undefined) params.set(key, [...(params.get(key) ?? []), attributes["value"] ?? ""]);
  }
  return params;
}

export const childOf = (node: XmlNode | undefined, name: string): XmlNode | undefined => node?.children.find((child) => child.name === name);
