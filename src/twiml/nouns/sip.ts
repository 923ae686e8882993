/** `<Sip>`: a SIP address that Dial calls (https://www.twilio.com/docs/voice/twiml/sip). */
import type { ElementReader } from "../reading.js";
import { parameter, type Parameter } from "./parameter.js";
import { partyOptions, type PartyOptions } from "./progress.js";

export interface SipNoun extends PartyOptions {
  readonly noun: "Sip";
  readonly line: number;
  /** `sip:user@host;transport=tcp`, without its headers. */
  readonly uri: string;
  /** `X-…` headers of the INVITE: those of the address's query, and those of `<Headers>`. */
  readonly headers: readonly Parameter[];
  readonly username: string | null;
  readonly password: string | null;
}

/** Characters of all headers together. */
const MAX_HEADERS = 1024;

type Part = { readonly uri: string; readonly priority: number } | { readonly headers: readonly Parameter[] };

export const sip: ElementReader<SipNoun> = (element, reading) => {
  const attributes = reading.attributes(element);
  const options = { username: attributes.text("username"), password: attributes.text("password"), ...partyOptions(attributes) };
  attributes.done();
  const { children: parts, text } = reading.mixed(element, CHILDREN);
  const uris = parts.flatMap((part) => ("uri" in part ? [part] : [])).sort((a, b) => a.priority - b.priority);
  if (uris.length > 1) reading.warn(element, "There is one <Uri> at most here; the one of the lowest priority is taken.");
  const written = (uris[0]?.uri ?? text).trim();
  const [uri = "", query = ""] = written.split("?", 2);
  if (!/^sips?:[^\s<>"@]+(@[^\s<>"@]+)?$/i.test(uri) || uri.length > 255) {
    reading.warn(element, "Its text is no SIP address, so it is skipped.");
    return null;
  }
  const asked = [...headersOf(query), ...parts.flatMap((part) => ("headers" in part ? part.headers : []))];
  const headers = asked.filter(({ name, value }) => isHeader(name, value));
  const length = headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  if (headers.length < asked.length) reading.warn(element, "Only headers X-…, without control characters, are sent; the others are left out.");
  if (length > MAX_HEADERS) reading.warn(element, `Its headers are longer than ${MAX_HEADERS} characters, so they are left out.`);
  return { noun: "Sip", line: element.line, uri, headers: length > MAX_HEADERS ? [] : headers, ...options };
};

const headersOf = (query: string): readonly Parameter[] => [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));

/** A token of RFC 3261 that begins with X-, and a value of one line. */
function isHeader(name: string, value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- They are what is refused.
  return /^x-[A-Za-z0-9!%*_+`'~.-]+$/i.test(name) && !/[\u0000-\u001f\u007f]/.test(value);
}

const HEADER = new Map<string, ElementReader<Parameter>>([["Header", parameter]]);

const CHILDREN = new Map<string, ElementReader<Part>>([
  [
    "Uri",
    (element, reading) => {
      const attributes = reading.attributes(element);
      const priority = attributes.integer("priority", 0, { min: 0, max: 65_535 });
      attributes.unavailable("username", "password");
      attributes.ignore("weight");
      attributes.done();
      return { uri: reading.text(element), priority };
    },
  ],
  [
    "Headers",
    (element, reading) => {
      reading.attributes(element).done();
      return { headers: reading.children(element, HEADER) };
    },
  ],
]);
