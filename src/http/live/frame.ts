import type { EventType, LiveEvent } from "./schemas.js";

/** One event as it goes out: serialised once, and encoded once for each transport, however many readers get it. */
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

  get webSocket(): Buffer {
    this.#webSocket ??= Buffer.from(this.json);
    return this.#webSocket;
  }
}
