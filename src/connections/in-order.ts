import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The requests of one connection, one after the other: a request is begun when the connection has taken the whole reply to the one before.
 * Node.js itself begins every request that one read of 64 KB holds, some two thousand of the shortest, and keeps their replies until they are taken.
 */
export class InOrder {
  readonly #socket: Socket;
  readonly #handle: HandleRequest;
  readonly #limit: number;
  readonly #exceeded: () => void;
  /** Bounded by `limit`: the connection ends with the first request above it. */
  #waiting: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];
  #busy = false;

  /** `exceeded`: called when more than `limit` wait, which ends the connection. */
  constructor(socket: Socket, handle: HandleRequest, limit: number, exceeded: () => void) {
    this.#socket = socket;
    this.#handle = handle;
    this.#limit = limit;
    this.#exceeded = exceeded;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    // Read together with the request that ended the connection.
    if (this.#socket.destroyed) return;
    if (!this.#busy) this.#begin(request, response);
    else if (this.#waiting.length < this.#limit) this.#waiting.push({ request, response });
    else {
      this.#exceeded();
      this.#socket.destroy();
    }
  }

  clear(): void {
    this.#waiting = [];
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    this.#busy = true;
    // `close` comes after `finish`, which comes when the operating system has taken the last byte; or with the connection's end.
    response.once("close", () => {
      this.#busy = false;
      const next = this.#waiting.shift();
      if (next !== undefined && !this.#socket.destroyed) this.#begin(next.request, next.response);
    });
    if (request.headers.host === undefined && request.httpVersion === "1.1") response.writeHead(400, { connection: "close", "content-length": 0 }).end();
    else this.#handle(request, response);
  }
}
