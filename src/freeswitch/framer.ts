/**
 * Cuts the event socket's byte stream into frames: a block of header lines, a blank line, and a body of `Content-Length` bytes.
 * Linear: no byte is looked at twice, whatever the chunks; stock modesl rescans its whole buffer with every chunk (DESIGN decision 1).
 */

const LF = 0x0a;
const BLANK_LINE = Buffer.from("\n\n");
const EMPTY = Buffer.alloc(0);
/** As FreeSWITCH writes them (mod_event_socket.c). */
const CONTENT_LENGTH = "Content-Length: ";
const CONTENT_TYPE = "Content-Type: ";

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
  readonly #head: string;
  readonly contentType: string;
  readonly body: Buffer;

  /** `head` is the header block without its blank line. */
  constructor(head: string, body: Buffer) {
    this.#head = head;
    this.contentType = headerValue(head, CONTENT_TYPE) ?? "";
    this.body = body;
  }

  /** A header's value, "" when absent. Not percent-decoded: FreeSWITCH does not encode frame headers. */
  header(name: string): string {
    return headerValue(this.#head, `${name}: `) ?? "";
  }
}

function headerValue(head: string, prefix: string): string | undefined {
  let start = 0;
  while (!head.startsWith(prefix, start)) {
    start = head.indexOf("\n", start) + 1;
    if (start === 0) return undefined;
  }
  const end = head.indexOf("\n", start);
  return head.slice(start + prefix.length, end === -1 ? head.length : end);
}

export class Framer {
  readonly #onFrame: (frame: Frame) => void;
  readonly #maxHeader: number;
  readonly #maxBody: number;

  /** The parts of a header block that has not ended yet. Bounded by `maxHeaderBytes`. */
  #head: Buffer[] = [];
  #headLength = 0;
  #endsWithLf = false;
  /** Set while a body is under way. */
  #bodyHead: string | null = null;
  #body: Buffer = EMPTY;
  #bodyFilled = 0;
  #stopped = false;

  /** `onFrame` is called in order, within `push`. It may call `stop`. */
  constructor(onFrame: (frame: Frame) => void, limits: FramerLimits = {}) {
    this.#onFrame = onFrame;
    this.#maxHeader = limits.maxHeaderBytes ?? 64 * 1024;
    this.#maxBody = limits.maxBodyBytes ?? 256 * 1024 * 1024;
  }

  /** Drops what is there and what still comes. */
  stop(): void {
    this.#stopped = true;
    this.#head = [];
    this.#bodyHead = null;
    this.#body = EMPTY;
  }

  /** Takes the next bytes. Throws FramingError, and exceptions of `onFrame`. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      at = this.#bodyHead === null ? this.#pushHead(chunk, at) : this.#pushBody(chunk, at, this.#bodyHead);
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
    const cut = this.#endsWithLf && chunk[at] === LF;
    const found = cut ? at : chunk.indexOf(BLANK_LINE, at);
    const end = found === -1 ? chunk.length : found;
    if (this.#headLength + end - at > this.#maxHeader) throw new FramingError(`A header block is longer than ${this.#maxHeader} bytes.`);
    if (found === -1) {
      // A copy, since the chunk may be a large one of which this is the tail.
      this.#head.push(Buffer.from(chunk.subarray(at)));
      this.#headLength += chunk.length - at;
      this.#endsWithLf = chunk[chunk.length - 1] === LF;
      return chunk.length;
    }
    const part = chunk.subarray(at, end);
    const block = this.#head.length === 0 ? part : Buffer.concat([...this.#head, part]);
    this.#head = [];
    this.#headLength = 0;
    this.#endsWithLf = false;
    return this.#beginBody(block.toString("utf8"), chunk, end + (cut ? 1 : BLANK_LINE.length));
  }

  #beginBody(head: string, chunk: Buffer, at: number): number {
    const length = bodyLength(head);
    if (length > this.#maxBody) throw new FramingError(`A body of ${length} bytes is longer than ${this.#maxBody}.`);
    if (at + length <= chunk.length) {
      this.#onFrame(new Frame(head, length === 0 ? EMPTY : chunk.subarray(at, at + length)));
      return at + length;
    }
    this.#bodyHead = head;
    this.#body = Buffer.allocUnsafeSlow(length);
    this.#bodyFilled = 0;
    return at;
  }

  #pushBody(chunk: Buffer, at: number, head: string): number {
    const copied = chunk.copy(this.#body, this.#bodyFilled, at);
    this.#bodyFilled += copied;
    if (this.#bodyFilled === this.#body.length) {
      const frame = new Frame(head, this.#body);
      this.#bodyHead = null;
      this.#body = EMPTY;
      this.#onFrame(frame);
    }
    return at + copied;
  }
}

function bodyLength(head: string): number {
  const value = headerValue(head, CONTENT_LENGTH);
  if (value === undefined) return 0;
  if (!/^\d{1,15}$/.test(value)) throw new FramingError("A Content-Length is not a number.");
  return Number(value);
}
