/** A small builder of TwiML documents (https://www.twilio.com/docs/voice/twiml): elements as values, escaped by xmlbuilder2. */
import { create } from "xmlbuilder2";

export interface TwimlElement {
  readonly name: string;
  /** Those that are undefined are left out. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly children?: readonly (TwimlElement | string)[];
}

export const verb = (name: string, attributes: TwimlElement["attributes"] = {}, ...children: readonly (TwimlElement | string)[]): TwimlElement => ({ name, attributes, children });

type Parent = ReturnType<typeof create>;

const NONE: NonNullable<TwimlElement["attributes"]> = {};

function add(parent: Parent, { name, attributes = NONE, children = [] }: TwimlElement): void {
  const given = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as const]));
  const element = parent.ele(name, Object.fromEntries(given));
  for (const child of children) {
    if (typeof child === "string") element.txt(child);
    else add(element, child);
  }
}

/** The document of these verbs. */
export function twimlDocument(verbs: readonly TwimlElement[]): string {
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele("Response");
  for (const each of verbs) add(root, each);
  return root.doc().end();
}
