import type { Answer } from "./exchange.js";

interface Kept {
  readonly answer: Answer;
  readonly conditions: Readonly<Record<string, string>>;
}

const MAX_BYTES = 32 * 1024 * 1024;
const MAX_ENTRY_BYTES = 4 * 1024 * 1024;
const MAX_ENTRIES = 500;

/** Answers that are kept with what proves them still good (RFC 9110, 13.1). Each use asks the server again, which then answers 304 without the body. */
export class ValidatedAnswers {
  /** By what was asked; the least recently used first. Bounded by `MAX_ENTRIES` and `MAX_BYTES`. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** What is kept under the key, and the headers that ask whether it is still good. */
  get(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
    }
    return kept;
  }

  /** Keeps an answer that has an ETag or a date, unless it says that it must not be kept or depends on more than was asked. */
  put(key: string, answer: Answer): void {
    this.#remove(key);
    const first = (name: string): string | undefined => answer.headers[name]?.[0];
    const [etag, modified] = [first("etag"), first("last-modified")];
    const isPersonal = /no-store|private/i.test(first("cache-control") ?? "") || answer.headers["set-cookie"] !== undefined || answer.headers["vary"]?.some((value) => !/^\s*accept-encoding\s*$/i.test(value)) === true;
    if ((etag === undefined && modified === undefined) || isPersonal || answer.body.length > MAX_ENTRY_BYTES) return;
    this.#kept.set(key, { answer, conditions: { ...(etag === undefined ? {} : { "if-none-match": etag }), ...(modified === undefined ? {} : { "if-modified-since": modified }) } });
    this.#bytes += answer.body.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= MAX_BYTES && this.#kept.size <= MAX_ENTRIES) break;
      this.#remove(oldest);
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #remove(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#bytes -= kept.answer.body.length;
    this.#kept.delete(key);
  }
}
