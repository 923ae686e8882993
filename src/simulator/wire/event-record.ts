/**
 * One event as FreeSWITCH's event engine holds it: an ordered list of headers and perhaps a body,
 * and the two ways in which mod_event_socket writes it.
 */

/** What switch_url_encode escapes besides control characters and bytes above `~` (SWITCH_URL_UNSAFE in switch_utils.h). */
const UNSAFE = new Set("\r\n #%&+:;<=>?@[\\]^`{|}\"");
const NEEDS_ENCODING = /[^!$'()*,\-./0-9A-Z_a-z~]/;
const HEX_DIGITS = new Set("0123456789ABCDEF");

/** Percent-encodes a header value as FreeSWITCH does; a `%` that already begins an upper-case escape is left alone. */
export function encodeHeaderValue(value: string): string {
  if (!NEEDS_ENCODING.test(value)) return value;
  let out = "";
  const bytes = Buffer.from(value, "utf8");
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const char = String.fromCharCode(byte);
    const isEscape = char === "%" && i + 2 < bytes.length && HEX_DIGITS.has(String.fromCharCode(bytes[i + 1] ?? 0)) && HEX_DIGITS.has(String.fromCharCode(bytes[i + 2] ?? 0));
    const isUnsafe = byte < 0x20 || byte > 0x7e || UNSAFE.has(char);
    out += isUnsafe && !isEscape ? `%${byte.toString(16).toUpperCase().padStart(2, "0")}` : char;
  }
  return out;
}

export class EventRecord {
  readonly name: string;
  readonly subclass: string;
  readonly headers: [string, string][];
  readonly body: string | undefined;

  constructor(name: string, headers: [string, string][], options: { readonly subclass?: string; readonly body?: string } = {}) {
    this.name = name;
    this.headers = headers;
    this.subclass = options.subclass ?? "";
    this.body = options.body;
  }

  get(header: string): string | undefined {
    const wanted = header.toLowerCase();
    return this.headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  }

  /** The body of a `text/event-plain` frame. */
  toPlain(): string {
    let text = "";
    for (const [name, value] of this.headers) text += `${name}: ${encodeHeaderValue(value)}\n`;
    if (this.body === undefined) return `${text}\n`;
    return `${text}Content-Length: ${Buffer.byteLength(this.body)}\n\n${this.body}`;
  }

  /** The body of a `text/event-json` frame. */
  toJson(): string {
    const object: Record<string, string> = {};
    for (const [name, value] of this.headers) object[name] = value;
    if (this.body !== undefined) {
      object["Content-Length"] = String(Buffer.byteLength(this.body));
      object["_body"] = this.body;
    }
    return JSON.stringify(object);
  }
}



/** `2026-11-20 20:27:45`, the form of Event-Date-Local and of the `created` column. */
export const localStamp = (date: Date): string => date.toISOString().slice(0, 19).replace("T", " ");

/** `Fri, 20 Nov 2026 20:27:45 GMT`. */
export const gmtStamp = (date: Date): string => date.toUTCString();
