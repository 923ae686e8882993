import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Frames } from "./frame.js";
import type { CloseReason, Transport } from "./reader.js";

/** Close codes; 1013 is "try again later", 4401 is ours: get a new token first. */
export const CLOSE_CODES = { slow: 1013, unauthorized: 4401, shutdown: 1001, failed: 1011, unresponsive: 1011 } as const satisfies Record<CloseReason, number>;

const GRACE_MS = 2_000;

/**
 * One message an event, on a WebSocket. The messages are written onto its connection as they are shared by all readers: `ws` would make a header and a write of each, for each
 * reader. It writes its own frames (pings, the close) whole, so that none gets between, and compresses nothing.
 */
export class WebSocketTransport implements Transport {
  readonly #socket: WebSocket;
  readonly #wire: Socket;
  #answered = true;

  /** @param drained called when a full connection has room again */
  constructor(socket: WebSocket, wire: Socket, drained: () => void) {
    this.#socket = socket;
    this.#wire = wire;
    wire.on("drain", drained);
    socket.on("pong", () => {
      this.#answered = true;
    });
  }

  get buffered(): number {
    return this.#wire.writableLength;
  }

  send(frames: Frames): void {
    // Nothing may follow a close.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // A copy, behind what is still under way: so that one slow console does not take space of all each time.
    if (this.#wire.writableLength > 0) this.#wire.write(Buffer.from(frames.webSocket));
    else {
      this.#wire.write(frames.webSocket);
      // The operating system has taken only a part.
      if (this.#wire.writableLength > 0) frames.keep();
    }
  }

  ping(): boolean {
    if (!this.#answered) return false;
    this.#answered = false;
    this.#socket.ping();
    return true;
  }

  close(reason: CloseReason): void {
    this.#socket.close(CLOSE_CODES[reason], reason);
    const timer = setTimeout(() => this.#socket.terminate(), GRACE_MS);
    timer.unref();
    this.#socket.once("close", () => clearTimeout(timer));
  }
}
