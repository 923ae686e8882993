/** `<Client>`: a named person that Dial calls, here an agent on all contacts (https://www.twilio.com/docs/voice/twiml/client). */
import type { ElementReader } from "../reading.js";
import { parameter, type Parameter } from "./parameter.js";
import { partyOptions, type PartyOptions } from "./progress.js";

export interface ClientNoun extends PartyOptions {
  readonly noun: "Client";
  readonly line: number;
  /** The name, without `client:`. */
  readonly identity: string;
  /** What the client gets with the call. */
  readonly parameters: readonly Parameter[];
}

/** The longest identity. */
const MAX_IDENTITY = 256;

type Part = { readonly identity: string } | { readonly parameter: Parameter };

export const client: ElementReader<ClientNoun> = (element, reading) => {
  const attributes = reading.attributes(element);
  const options = partyOptions(attributes);
  attributes.done();
  const { children: parts, text } = reading.mixed(element, CHILDREN);
  const identities = parts.flatMap((part) => ("identity" in part ? [part.identity] : []));
  if (identities.length > 1 || (identities.length === 1 && text !== "")) reading.warn(element, "It names more than one identity; the first is taken.");
  const identity = (identities[0] ?? text).trim().replace(/^client:/, "");
  const parameters = parts.flatMap((part) => ("parameter" in part ? [part.parameter] : []));
  if (identity !== "" && identity.length <= MAX_IDENTITY) return { noun: "Client", line: element.line, identity, parameters, ...options };
  reading.warn(element, identity === "" ? "It names nobody, so it is skipped." : "Its identity is too long, so it is skipped.");
  return null;
};

const CHILDREN = new Map<string, ElementReader<Part>>([
  [
    "Identity",
    (element, reading) => {
      reading.attributes(element).done();
      return { identity: reading.text(element) };
    },
  ],
  [
    "Parameter",
    (element, reading) => {
      const read = parameter(element, reading);
      return read === null ? null : { parameter: read };
    },
  ],
]);
