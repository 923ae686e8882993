/** Strings made once from bytes: most values of an event (states, codecs, contexts, a channel's own uuid) were in an earlier one too. */

const MAX_CACHED_BYTES = 64;

/**
 * A direct-mapped cache: each value has one place, and the next value of that place takes it over, so the memory is bounded
 * and nothing needs to be evicted. Takes ASCII alone, as FreeSWITCH's percent-encoding leaves it.
 */
export class StringCache {
  readonly #mask: number;
  readonly #places: string[];

  /** `size` is a power of two. */
  constructor(size = 4096) {
    this.#mask = size - 1;
    this.#places = new Array<string>(size).fill("");
  }

  /** The text of `bytes` from `start` up to `end`, never a slice that would keep a larger string alive. */
  text(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > MAX_CACHED_BYTES) return bytes.toString("latin1", start, end);
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) | 0;
    const place = (hash ^ (hash >>> 15)) & this.#mask;
    const cached = this.#places[place] ?? "";
    if (cached.length === length && equals(cached, bytes, start)) return cached;
    const made = bytes.toString("latin1", start, end);
    this.#places[place] = made;
    return made;
  }
}

function equals(text: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
