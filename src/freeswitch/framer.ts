/**
 * Cuts the event socket's byte stream into frames: a block of header lines, a blank line, and a body of `Content-Length` bytes.
 * Linear: no byte is looked at twice, whatever the chunks; stock modesl rescans its whole buffer with every chunk (DESIGN decision 1).
 */

const LF = 0x0a;
const BLANK_LINE = Buffer.from("\n\n");
const EMPTY = Buffer.alloc(0);
const CONTENT_LENGTH = "content-length";
const CONTENT_TYPE = "content-type";

export interface FramerLimits {
  /** Bytes of one header block; default 64 KiB. */
  readonly maxHeaderBytes?: number;
  /** Bytes of one body; default 256 MiB, room for `show channels` of about 200,000 channels. */
  readonly maxBodyBytes?: number;
}

/** The stream cannot be read on: a limit passed or a length that is no number. The connection must be closed. */
export class FramingError extends Error {
  override readonly name = "FramingError";
}

/** One frame. `body` may be a view on the chunk that it came in: copy what is kept. */
export class Frame {
  readonly #headers: ReadonlyMap<string, string>;
  readonly contentType: string;
  readonly body: Buffer;

  constructor(headers: ReadonlyMap<string, string>, body: Buffer) {
    this.#headers = headers;
    this.contentType = headers.get(CONTENT_TYPE) ?? "";
    this.body = body;
  }

  /** A header's value by its name in lower case, "" when absent. Not percent-decoded: FreeSWITCH does not encode frame headers. */
  header(name: string): string {
    return this.#headers.get(name) ?? "";
  }
}

export class Framer {
  readonly #onFrame: (frame: Frame) => void;
  readonly #maxHeader: number;
  readonly #maxBody: number;

  /** The parts of a header block that has not ended yet. */
  #head: Buffer[] = [];
  #headLength = 0;
  #endsWithLf = false;
  /** Set while a body is under way. */
  #headers: ReadonlyMap<string, string> | null = null;
  #body: Buffer = EMPTY;
  #bodyFilled = 0;

  /** `onFrame` is called in order, within `push`. It may call `stop`. */
  constructor(onFrame: (frame: Frame) => void, limits: FramerLimits = {}) {
    this.#onFrame = onFrame;
    this.#maxHeader = limits.maxHeaderBytes ?? 64 * 1024;
    this.#maxBody = limits.maxBodyBytes ?? 256 * 1024 * 1024;
  }

  #stopped = false;

  /** Drops what is there and what still comes. */
  stop(): void {
    this.#stopped = true;
    this.#head = [];
    this.#headers = null;
    this.#body = EMPTY;
  }

  /** Takes the next bytes. Throws FramingError, and exceptions of `onFrame`. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      at = this.#headers === null ? this.#pushHead(chunk, at) : this.#pushBody(chunk, at, this.#headers);
    }
  }

  #pushHead(chunk: Buffer, start: number): number {
    let at = start;
    if (this.#headLength === 0) {
      // Blank lines between frames carry nothing.
      while (at < chunk.length && chunk[at] === LF) at++;
      if (at === chunk.length) return at;
    }
    // The blank line may be cut between two chunks.
    const end = this.#endsWithLf && chunk[at] === LF ? at - 1 : chunk.indexOf(BLANK_LINE, at);
    const partEnd = end === -1 ? chunk.length : Math.max(end, at);
    if (this.#headLength + partEnd - at > this.#maxHeader) throw new FramingError(`A header block is longer than ${this.#maxHeader} bytes.`);
    if (end === -1) {
      // A copy, since the chunk may be a large one of which this is the tail.
      this.#head.push(Buffer.from(chunk.subarray(at)));
      this.#headLength += chunk.length - at;
      this.#endsWithLf = chunk[chunk.length - 1] === LF;
      return chunk.length;
    }
    const part = chunk.subarray(at, partEnd);
    const block = this.#head.length === 0 ? part : Buffer.concat([...this.#head, part]);
    this.#head = [];
    this.#headLength = 0;
    this.#endsWithLf = false;
    return this.#beginBody(parseHeaders(block), chunk, end + 2);
  }

  #beginBody(headers: ReadonlyMap<string, string>, chunk: Buffer, at: number): number {
    const length = bodyLength(headers);
    if (length > this.#maxBody) throw new FramingError(`A body of ${length} bytes is longer than ${this.#maxBody}.`);
    if (at + length <= chunk.length) {
      this.#onFrame(new Frame(headers, length === 0 ? EMPTY : chunk.subarray(at, at + length)));
      return at + length;
    }
    this.#headers = headers;
    this.#body = Buffer.allocUnsafeSlow(length);
    this.#bodyFilled = 0;
    return at;
  }

  #pushBody(chunk: Buffer, at: number, headers: ReadonlyMap<string, string>): number {
    const copied = chunk.copy(this.#body, this.#bodyFilled, at);
    this.#bodyFilled += copied;
    if (this.#bodyFilled === this.#body.length) {
      const frame = new Frame(headers, this.#body);
      this.#headers = null;
      this.#body = EMPTY;
      this.#onFrame(frame);
    }
    return at + copied;
  }
}

function parseHeaders(block: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of block.toString("utf8").split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

function bodyLength(headers: ReadonlyMap<string, string>): number {
  const value = headers.get(CONTENT_LENGTH);
  if (value === undefined) return 0;
  if (!/^\d{1,15}$/.test(value)) throw new FramingError("A Content-Length is not a number.");
  return Number(value);
}
