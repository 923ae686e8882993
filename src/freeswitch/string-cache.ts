/** Strings made once from bytes: most values of an event (states, codecs, contexts, a channel's own uuid and name) were in an earlier one too. */

const MAX_CACHED_BYTES = 256;

/**
 * A direct-mapped cache from bytes to decoded text: each value has one place, and the next value of that place takes it over,
 * so the memory is bounded and nothing needs to be evicted.
 */
export class StringCache {
  readonly #decode: (raw: Buffer) => string;
  readonly #mask: number;
  /** The bytes as they came, as latin1 text. Bounded by `size` and `MAX_CACHED_BYTES`. */
  readonly #raw: string[];
  /** What they mean. Bounded by the same. */
  readonly #decoded: string[];

  /** `decode` makes the text on a miss; `size` is a power of two. */
  constructor(decode: (raw: Buffer) => string, size = 4096) {
    this.#decode = decode;
    this.#mask = size - 1;
    this.#raw = new Array<string>(size).fill("");
    this.#decoded = new Array<string>(size).fill("");
  }

  /** The text of `bytes` from `start` up to `end`, never a slice that would keep a larger string alive. */
  text(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > MAX_CACHED_BYTES) return this.#decode(bytes.subarray(start, end));
    if (length === 0) return "";
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) | 0;
    const place = (hash ^ (hash >>> 15)) & this.#mask;
    const raw = this.#raw[place] ?? "";
    if (raw.length === length && equals(raw, bytes, start)) return this.#decoded[place] ?? "";
    const decoded = this.#decode(bytes.subarray(start, end));
    this.#raw[place] = bytes.toString("latin1", start, end);
    this.#decoded[place] = decoded;
    return decoded;
  }
}

function equals(text: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
