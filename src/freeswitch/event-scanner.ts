/**
 * Finds the wanted headers in the body of a `text/event-plain` frame without making an object of all 130 of them.
 * The scanner remembers where each value is; a string is made only for what is asked.
 */
import { HEADER_NAMES } from "./event-headers.js";
import { HeaderNames } from "./header-names.js";
import { StringCache } from "./string-cache.js";

const EMPTY = Buffer.alloc(0);
const NO_WORDS = new DataView(new ArrayBuffer(0));
const LF = 0x0a;
const PERCENT = 0x25;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
/** What FreeSWITCH writes for an empty value (switch_event.c, switch_event_serialize). */
const UNDEFINED = "_undef_";

/** What the names of variables begin with that a dialplan sets as attributes of a call. */
const ATTRIBUTE = Buffer.from("variable_callplane_attr_");
/** Told apart by two of its bytes from nearly all other lines. */
const [C_AT, A_AT] = [9, 19];
const [LETTER_C, LETTER_A] = [0x63, 0x61];

export class EventScanner {
  /** By id. */
  readonly #headers: readonly string[];
  readonly #names: HeaderNames;
  readonly #cache = new StringCache(decodeValue);
  /** By header: where its value begins, -1 when it is absent, and where it ends. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #bytes: Buffer = EMPTY;
  /** The same bytes, to be read four at a time. */
  #words: DataView = NO_WORDS;
  #bodyStart = 0;
  /** Where the lines of attributes begin and end. Bounded by the lines of one event. */
  #attributes: (readonly [number, number])[] = [];

  /** @param more headers that are wanted besides those of HEADER */
  constructor(more: readonly string[] = []) {
    this.#headers = [...new Set([...HEADER_NAMES, ...more])];
    this.#names = new HeaderNames(this.#headers);
    this.#starts = new Int32Array(this.#headers.length);
    this.#ends = new Int32Array(this.#headers.length);
  }

  /** The number by which a wanted header is known. */
  id(header: string): number {
    return this.#headers.indexOf(header);
  }

  /** Reads the header lines of `bytes`, up to the blank line; what was read before is forgotten. */
  scan(bytes: Buffer): void {
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#bytes = bytes;
    this.#words = words;
    this.#starts.fill(-1);
    if (this.#attributes.length > 0) this.#attributes = [];
    const { length } = bytes;
    let at = 0;
    while (at < length && bytes[at] !== LF) {
      const found = bytes.indexOf(LF, at);
      const end = found === -1 ? length : found;
      const id = this.#names.find(bytes, words, at);
      // The first of two headers of the same name counts: FreeSWITCH puts its own before what comes from a call.
      if (id === -1 && bytes[at + C_AT] === LETTER_C && bytes[at + A_AT] === LETTER_A && bytes.compare(ATTRIBUTE, 0, ATTRIBUTE.length, at, Math.min(at + ATTRIBUTE.length, end)) === 0) this.#attributes.push([at, end]);
      else if (id !== -1 && this.#starts[id] === -1) {
        this.#starts[id] = at + this.#names.keyLength(id);
        this.#ends[id] = end;
      }
      at = end + 1;
    }
    this.#bodyStart = at + 1;
  }

  /** The decoded value, undefined when the header is absent. `id` is one of HEADER, or given by `id`. */
  value(id: number): string | undefined {
    const start = this.#starts[id] ?? -1;
    return start === -1 ? undefined : this.#cache.text(this.#bytes, this.#words, start, this.#ends[id] ?? start);
  }

  /** The decoded value, "" when absent. */
  text(id: number): string {
    return this.value(id) ?? "";
  }

  /** A long value, decoded where it contains one of these words, which FreeSWITCH writes as they are; null where it contains none, "" when it is absent. */
  textWith(id: number, words: readonly string[]): string | null {
    const start = this.#starts[id] ?? -1;
    const raw = start === -1 ? EMPTY : this.#bytes.subarray(start, this.#ends[id] ?? start);
    return raw.length === 0 ? "" : words.some((word) => raw.includes(word, 0, "latin1")) ? decodeValue(raw) : null;
  }

  /** A whole number that needs no string, 0 when absent or not a number. */
  number(id: number): number {
    const start = this.#starts[id] ?? -1;
    if (start === -1) return 0;
    const end = this.#ends[id] ?? start;
    let value = 0;
    for (let i = start; i < end; i++) {
      const byte = this.#bytes[i] ?? 0;
      if (byte < DIGIT_0 || byte > DIGIT_9) return 0;
      value = value * 10 + (byte - DIGIT_0);
    }
    return value;
  }

  /** The attributes that a dialplan has set, by the rest of their variables' names; null: none. */
  attributes(): Readonly<Record<string, string>> | null {
    if (this.#attributes.length === 0) return null;
    return Object.fromEntries(
      this.#attributes.map(([start, end]): [string, string] => {
        const colon = this.#bytes.indexOf(": ", start);
        const name = this.#bytes.toString("latin1", start + ATTRIBUTE.length, colon === -1 || colon > end ? end : colon);
        return [name, colon === -1 || colon + 2 > end ? "" : decodeValue(this.#bytes.subarray(colon + 2, end))];
      }),
    );
  }

  /** What follows the blank line, such as the result of a background job. */
  body(): string {
    return this.#bytes.toString("utf8", this.#bodyStart);
  }

  /** Lets go of the frame. */
  release(): void {
    this.#bytes = EMPTY;
    this.#words = NO_WORDS;
  }
}

function decodeValue(raw: Buffer): string {
  const text = raw.includes(PERCENT) ? percentDecode(raw) : raw.toString("latin1");
  return text === UNDEFINED ? "" : text;
}

/**
 * FreeSWITCH's url decoding: `%XX` where X are hex digits, anything else as it stands. A value that holds `%2B` itself reads as `+`,
 * because FreeSWITCH does not encode a percent sign that already looks like an escape (switch_utils.c, switch_url_encode_opt).
 */
export function percentDecode(bytes: Uint8Array): string {
  const decoded = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const high = byte === PERCENT ? hexDigit(bytes[i + 1]) : -1;
    const low = high === -1 ? -1 : hexDigit(bytes[i + 2]);
    if (low === -1) {
      decoded[length++] = byte;
    } else {
      decoded[length++] = high * 16 + low;
      i += 2;
    }
  }
  return decoded.toString("utf8", 0, length);
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= DIGIT_0 && byte <= DIGIT_9) return byte - DIGIT_0;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
