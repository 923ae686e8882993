/**
 * Reads XML into a small tree with line numbers, within limits.
 *
 * A document type is refused, so that no entity of the document's own can be declared: neither one that grows without end nor one that names a file.
 */
import { SaxesParser } from "saxes";

export interface XmlElement {
  readonly name: string;
  /** The line of the opening tag, from 1. */
  readonly line: number;
  readonly attributes: ReadonlyMap<string, string>;
  /** Elements, and the text between them as it is written; comments are left out. */
  readonly children: readonly (XmlElement | string)[];
}

export interface XmlLimits {
  /** Characters of the document. */
  readonly length: number;
  /** Elements within each other, the outermost included. */
  readonly depth: number;
  readonly elements: number;
  /** Attributes of one element. */
  readonly attributes: number;
}

/** It is no XML, or more of it than is taken. */
export class NotXml extends Error {
  /** Where the fault is, from 1; null when it concerns the whole. */
  readonly line: number | null;

  constructor(message: string, line: number | null = null) {
    super(message);
    this.name = "NotXml";
    this.line = line;
  }
}

interface Open {
  readonly element: XmlElement;
  /** Bounded by the length of the document. */
  readonly children: (XmlElement | string)[];
}

/**
 * The outermost element.
 * @throws NotXml when the text is not well formed, has a document type, or is beyond a limit
 */
export function readXml(text: string, limits: XmlLimits): XmlElement {
  if (text.length > limits.length) throw new NotXml(`The document is longer than ${limits.length} characters.`);
  const parser = new SaxesParser({ xmlns: false, position: true });
  /** Bounded by the depth. */
  const open: Open[] = [];
  const tree: { root: XmlElement | null; elements: number; line: number } = { root: null, elements: 0, line: 1 };
  const refuse = (message: string): never => {
    throw new NotXml(message, parser.line);
  };
  const addText = (piece: string): void => {
    open.at(-1)?.children.push(piece);
  };
  // The message begins with line and column: they are told apart from it.
  parser.on("error", (error) => refuse(error.message.replace(/^\d+:\d+: /, "").slice(0, 200)));
  parser.on("doctype", () => refuse("A document type is not taken."));
  parser.on("opentagstart", () => {
    // It comes after the character behind the name, which may be a line's end.
    tree.line = parser.columnIndex === 0 ? parser.line - 1 : parser.line;
    tree.elements += 1;
    if (tree.elements > limits.elements) refuse(`The document has more than ${limits.elements} elements.`);
    if (open.length >= limits.depth) refuse(`Elements lie more than ${limits.depth} deep.`);
  });
  parser.on("opentag", (tag) => {
    const attributes = new Map(Object.entries(tag.attributes));
    if (attributes.size > limits.attributes) refuse(`An element has more than ${limits.attributes} attributes.`);
    const children: Open["children"] = [];
    const element: XmlElement = { name: tag.name, line: tree.line, attributes, children };
    open.at(-1)?.children.push(element);
    tree.root ??= element;
    open.push({ element, children });
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.write(text).close();
  return tree.root ?? refuse("The document is empty.");
}
