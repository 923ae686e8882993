/** Strings made once from bytes: most values of an event (states, codecs, contexts, a channel's own uuid and name) were in an earlier one too. */

const MAX_CACHED_BYTES = 256;

/**
 * A direct-mapped cache from bytes to decoded text: each value has one place, and the next value of that place takes it over,
 * so the memory is bounded and nothing needs to be evicted. Bytes are read four at a time, since reading them singly cost more than all the rest.
 */
export class StringCache {
  readonly #decode: (raw: Buffer) => string;
  readonly #mask: number;
  /** What the bytes of each place mean. Bounded by `size` and `MAX_CACHED_BYTES`. */
  readonly #decoded: string[];
  readonly #lengths: Uint16Array;
  /** The bytes as they came. */
  readonly #raw: Buffer;
  readonly #rawWords: DataView;

  /** `decode` makes the text on a miss; `size` is a power of two. */
  constructor(decode: (raw: Buffer) => string, size = 4096) {
    this.#decode = decode;
    this.#mask = size - 1;
    this.#decoded = new Array<string>(size).fill("");
    this.#lengths = new Uint16Array(size);
    this.#raw = Buffer.alloc(size * MAX_CACHED_BYTES);
    this.#rawWords = new DataView(this.#raw.buffer, this.#raw.byteOffset, this.#raw.length);
  }

  /** The text of `bytes` from `start` up to `end`, never a slice that would keep a larger string alive. `words` views the same bytes. */
  text(bytes: Buffer, words: DataView, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return "";
    if (length > MAX_CACHED_BYTES) return this.#decode(bytes.subarray(start, end));
    const place = (length < 4 ? shortHash(bytes, start, end) : hash(words, start, length)) & this.#mask;
    if (this.#lengths[place] !== length || !this.#holds(place, bytes, words, start, length)) {
      this.#decoded[place] = this.#decode(bytes.subarray(start, end));
      this.#lengths[place] = length;
      bytes.copy(this.#raw, place * MAX_CACHED_BYTES, start, end);
    }
    return this.#decoded[place] ?? "";
  }

  #holds(place: number, bytes: Buffer, words: DataView, start: number, length: number): boolean {
    const raw = place * MAX_CACHED_BYTES;
    let at = 0;
    for (; at <= length - 4; at += 4) {
      if (words.getInt32(start + at, true) !== this.#rawWords.getInt32(raw + at, true)) return false;
    }
    for (; at < length; at++) {
      if (bytes[start + at] !== this.#raw[raw + at]) return false;
    }
    return true;
  }
}

/** Of the first, middle and last four bytes: what differs in the others alone shares a place. */
function hash(words: DataView, start: number, length: number): number {
  const last = length - 4;
  let mixed = Math.imul(words.getInt32(start, true), 0x9e3779b1) ^ length;
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ words.getInt32(start + (last >> 1), true), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ words.getInt32(start + last, true), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function shortHash(bytes: Buffer, start: number, end: number): number {
  let mixed = end - start;
  for (let at = start; at < end; at++) mixed = Math.imul(mixed, 31) + (bytes[at] ?? 0);
  return mixed;
}
