import type { ServerResponse } from "node:http";
import type { Frames } from "./frame.js";
import type { CloseReason, Transport } from "./reader.js";

/** How long a client may take to read why its stream ends, milliseconds. */
const GRACE_MS = 2_000;
const RETRY_MS = 2_000;

/**
 * Server-sent events straight on the response. @fastify/sse is not used: it formats and serialises each message per connection, and its
 * `send` waits for `drain` behind an unbounded queue of promises, where this needs bytes that many readers share and a stream that stops taking.
 */
export class SseTransport implements Transport {
  readonly #response: ServerResponse;
  #ended = false;

  /** @param drained called when a full connection has room again */
  constructor(response: ServerResponse, headers: Readonly<Record<string, string | number | readonly string[]>>, drained: () => void) {
    this.#response = response;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      connection: "keep-alive",
      // nginx buffers an event stream otherwise.
      "x-accel-buffering": "no",
    });
    // A write to a broken connection; `close` follows.
    response.on("error", () => undefined);
    response.on("drain", drained);
    response.write(`retry: ${RETRY_MS}\n\n`);
  }

  get buffered(): number {
    return this.#response.writableLength;
  }

  send({ sse }: Frames): void {
    if (!this.#ended) this.#response.write(sse);
  }

  /** A comment; TCP notices when nobody reads it. */
  ping(): boolean {
    if (!this.#ended) this.#response.write(": keep-alive\n\n");
    return true;
  }

  close(reason: CloseReason): void {
    if (this.#ended) return;
    this.#ended = true;
    const { socket } = this.#response;
    const type = reason === "shutdown" ? "closed" : "dropped";
    // Without `id:`, so that the reader resumes where it was; and not kept alive, since it may not have read.
    this.#response.end(`event: ${type}\ndata: ${JSON.stringify({ reason })}\n\n`, () => socket?.end(() => socket.destroy()));
    const timer = setTimeout(() => socket?.destroy(), GRACE_MS);
    timer.unref();
    socket?.once("close", () => clearTimeout(timer));
  }
}
