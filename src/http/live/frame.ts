import type { EventType, LiveEvent } from "./schemas.js";
import type { Space } from "./space.js";

/** One event as it goes out: serialised once, and encoded once for each transport, however many readers get it in one moment. */
export class Frame {
  readonly type: EventType;
  readonly json: string;
  /** UTF-8 length of the JSON, bytes. */
  readonly bytes: number;
  readonly #id: string | null;
  #sse: Buffer | null = null;
  #webSocket: Buffer | null = null;

  constructor(event: LiveEvent) {
    this.type = event.type;
    this.#id = event.id;
    this.json = JSON.stringify(event);
    this.bytes = Buffer.byteLength(this.json);
  }

  /** JSON.stringify writes no line breaks, so one `data:` line carries it. */
  get sse(): Buffer {
    this.#sse ??= Buffer.from(`${this.#id === null ? "" : `id: ${this.#id}\n`}event: ${this.type}\ndata: ${this.json}\n\n`);
    return this.#sse;
  }

  /** One text message with its header (RFC 6455, 5.2): a server's messages are the same for all clients. */
  get webSocket(): Buffer {
    this.#webSocket ??= message(this.json, this.bytes);
    return this.#webSocket;
  }

  /** Keeps the event alone: for those who resume later it is encoded again, once. */
  release(): void {
    this.#sse = this.#webSocket = null;
  }
}

const FINAL_TEXT = 0x81;
const MAX_7_BITS = 125;
const MAX_16_BITS = 0xffff;
const IN_16_BITS = 126;
const IN_64_BITS = 127;

function message(text: string, bytes: number): Buffer {
  const head = bytes <= MAX_7_BITS ? 2 : bytes <= MAX_16_BITS ? 4 : 10;
  const buffer = Buffer.allocUnsafe(head + bytes);
  buffer[0] = FINAL_TEXT;
  if (head === 2) buffer[1] = bytes;
  else if (head === 4) {
    buffer[1] = IN_16_BITS;
    buffer.writeUInt16BE(bytes, 2);
  } else {
    buffer[1] = IN_64_BITS;
    buffer.writeBigUInt64BE(BigInt(bytes), 2);
  }
  buffer.write(text, head, "utf8");
  return buffer;
}

/** Frames that go out together, joined once for each transport however many readers get them: a write costs more than what is written. */
export class Frames {
  readonly list: readonly Frame[];
  readonly #space: Space | null;
  #sse: Buffer | null = null;
  #webSocket: Buffer | null = null;

  /** @param space of the moment in which they go out; null: they may go out later */
  constructor(list: readonly Frame[], space: Space | null = null) {
    this.list = list;
    this.#space = space;
  }

  /** Others that go out in the same moment. */
  others(list: readonly Frame[]): Frames {
    return new Frames(list, this.#space);
  }

  get sse(): Buffer {
    this.#sse ??= joined(this.list.map((frame) => frame.sse), null);
    return this.#sse;
  }

  /** Who has not read it when the moment is over must keep it. */
  get webSocket(): Buffer {
    this.#webSocket ??= joined(this.list.map((frame) => frame.webSocket), this.#space);
    return this.#webSocket;
  }

  /** `webSocket` is still to be read when the moment is over. */
  keep(): void {
    if (this.#webSocket !== null) this.#space?.keep(this.#webSocket);
  }
}

const joined = (parts: readonly Buffer[], space: Space | null): Buffer => (parts.length === 1 && parts[0] !== undefined ? parts[0] : (space?.join(parts) ?? Buffer.concat(parts)));
