/**
 * Finds the wanted headers in the body of a `text/event-plain` frame without making an object of all 130 of them.
 * The scanner remembers where each value is; a string is made only for what is asked.
 */
import { StringCache } from "./string-cache.js";

const EMPTY = Buffer.alloc(0);
const LF = 0x0a;
const COLON = 0x3a;
const PERCENT = 0x25;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
/** What FreeSWITCH writes for an empty value (switch_event.c, switch_event_serialize). */
const UNDEFINED = "_undef_";

/** Every header of a `text/event-plain` body that Callplane reads. */
export const WANTED_HEADERS = [
  "Event-Name", "Event-Subclass", "Core-UUID", "FreeSWITCH-Switchname", "Event-Date-Local", "Event-Date-Timestamp", "Event-Sequence",
  "Unique-ID", "Call-Direction", "Channel-State", "Channel-Call-State", "Channel-Name", "Channel-Presence-ID", "Channel-Presence-Data",
  "Channel-Call-UUID", "Answer-State", "Channel-Read-Codec-Name", "Channel-Read-Codec-Rate", "Channel-Read-Codec-Bit-Rate",
  "Channel-Write-Codec-Name", "Channel-Write-Codec-Rate", "Channel-Write-Codec-Bit-Rate", "Caller-Dialplan", "Caller-Context",
  "Caller-Caller-ID-Name", "Caller-Caller-ID-Number", "Caller-Callee-ID-Name", "Caller-Callee-ID-Number", "Caller-Network-Addr",
  "Caller-Destination-Number", "Caller-Channel-Created-Time", "Caller-Channel-Answered-Time", "Caller-Channel-Hangup-Time", "Direction", "Sent-Callee-ID-Name",
  "Sent-Callee-ID-Number", "Other-Leg-Unique-ID", "Other-Type", "Bridge-A-Unique-ID", "Bridge-B-Unique-ID", "Hangup-Cause", "Application",
  "Application-Data", "Application-UUID", "Application-Response", "Media-Bug-Function", "DTMF-Digit", "DTMF-Duration", "Record-File-Path", "Job-UUID", "Content-Length",
  "Action", "Conference-Name", "Member-ID", "from-user", "from-host", "user", "host", "contact", "network-ip", "network-port", "user-agent",
  "expires", "call-id", "to-user", "to-host", "registration-type", "registration_metadata", "variable_callplane_org", "variable_callplane_queue", "variable_callplane_priority", "variable_domain_name", "variable_user_name", "variable_sip_from_uri", "variable_sip_call_id", "variable_accountcode",
  "variable_sip_hangup_disposition", "variable_callplane_recorded",
] as const;
export type WantedHeader = (typeof WANTED_HEADERS)[number];

const TABLE_SIZE = 1024;

/**
 * Two thirds of the lines belong to families of which few headers are wanted. One byte tells nearly all of the others apart:
 * by the first byte of a line, how far from it that byte is.
 */
const TELLING_OFFSET: Readonly<Record<string, number>> = { v: "variable_".length + 4, O: "Other-Leg-".length, C: "Caller-".length };

const step = (hash: number, byte: number): number => (Math.imul(hash, 31) + byte) | 0;

export class EventScanner {
  readonly #cache = new StringCache(decodeValue);
  readonly #names: readonly Buffer[] = WANTED_HEADERS.map((name) => Buffer.from(name));
  /** Open addressing: place → index into WANTED_HEADERS, -1 when empty. */
  readonly #table = new Int16Array(TABLE_SIZE).fill(-1);
  readonly #hashes = new Int32Array(WANTED_HEADERS.length);
  /** By the first byte of a line: the telling offset, 0 for none; and the bytes that a wanted header has there. */
  readonly #tellingOffset = new Uint8Array(256);
  readonly #telling = new Uint8Array(256 * 256);
  readonly #ids = new Map<WantedHeader, number>(WANTED_HEADERS.map((name, id) => [name, id]));
  readonly #starts = new Int32Array(WANTED_HEADERS.length);
  readonly #ends = new Int32Array(WANTED_HEADERS.length);
  #bytes: Buffer = EMPTY;
  #bodyStart = 0;

  constructor() {
    for (const [id, name] of this.#names.entries()) {
      const hash = name.reduce(step, 0);
      this.#hashes[id] = hash;
      let place = hash & (TABLE_SIZE - 1);
      while (this.#table[place] !== -1) place = (place + 1) & (TABLE_SIZE - 1);
      this.#table[place] = id;
      this.#addTelling(name);
    }
  }

  #addTelling(name: Buffer): void {
    const first = name[0] ?? 0;
    const offset = TELLING_OFFSET[String.fromCharCode(first)];
    if (offset === undefined) return;
    this.#tellingOffset[first] = offset;
    if (offset <= name.length) {
      this.#telling[first * 256 + (name[offset] ?? COLON)] = 1;
    } else {
      // The name ends before: there the byte is part of a value, and could be any.
      this.#telling.fill(1, first * 256, first * 256 + 256);
    }
  }

  /** The number by which `text` and the others know a header; to be asked once, not for every event. */
  id(name: WantedHeader): number {
    return this.#ids.get(name) ?? -1;
  }

  /** Reads the header lines of `bytes`, up to the blank line; what was read before is forgotten. */
  scan(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#starts.fill(-1);
    const length = bytes.length;
    let at = 0;
    while (at < length && bytes[at] !== LF) {
      let end = bytes.indexOf(LF, at);
      if (end === -1) end = length;
      const first = bytes[at] ?? 0;
      const offset = this.#tellingOffset[first] ?? 0;
      if (offset === 0 || this.#telling[first * 256 + (bytes[at + offset] ?? 0)] === 1) this.#line(at, end);
      at = end + 1;
    }
    this.#bodyStart = at + 1;
  }

  #line(start: number, end: number): void {
    const bytes = this.#bytes;
    let at = start;
    let hash = 0;
    let byte = bytes[at] ?? COLON;
    while (byte !== COLON && at < end) {
      hash = step(hash, byte);
      byte = bytes[++at] ?? COLON;
    }
    const id = this.#find(hash, start, at);
    // The first of two headers of the same name counts: FreeSWITCH puts its own before what comes from a call.
    if (id === -1 || this.#starts[id] !== -1) return;
    this.#starts[id] = Math.min(at + 2, end);
    this.#ends[id] = end;
  }

  #find(hash: number, start: number, end: number): number {
    let place = hash & (TABLE_SIZE - 1);
    for (;;) {
      const id = this.#table[place] ?? -1;
      if (id === -1) return -1;
      // Byte for byte, because a caller can choose names (SIP headers become variables) and so a hash.
      if (this.#hashes[id] === hash && this.#nameIs(id, start, end)) return id;
      place = (place + 1) & (TABLE_SIZE - 1);
    }
  }

  #nameIs(id: number, start: number, end: number): boolean {
    const name = this.#names[id];
    if (name === undefined || name.length !== end - start) return false;
    for (let i = 0; i < name.length; i++) {
      if (name[i] !== this.#bytes[start + i]) return false;
    }
    return true;
  }

  /** The decoded value, null when the header is absent. */
  value(id: number): string | null {
    const start = this.#starts[id] ?? -1;
    return start === -1 ? null : this.#cache.text(this.#bytes, start, this.#ends[id] ?? start);
  }

  /** The decoded value, "" when absent. */
  text(id: number): string {
    return this.value(id) ?? "";
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

  /** What follows the blank line, such as the result of a background job. */
  body(): string {
    return this.#bytes.toString("utf8", this.#bodyStart);
  }

  /** Lets go of the frame. */
  release(): void {
    this.#bytes = EMPTY;
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
