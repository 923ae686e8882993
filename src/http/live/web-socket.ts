import type { WebSocket } from "ws";
import type { Frame } from "./frame.js";
import type { CloseReason, Transport } from "./reader.js";

/** Close codes; 1013 is "try again later", 4401 is ours: get a new token first. */
export const CLOSE_CODES = { slow: 1013, unauthorized: 4401, shutdown: 1001, failed: 1011, unresponsive: 1011 } as const satisfies Record<CloseReason, number>;

const GRACE_MS = 2_000;

/** One message an event, on a WebSocket. */
export class WebSocketTransport implements Transport {
  readonly #socket: WebSocket;
  readonly #drained: () => void;
  #answered = true;

  /** @param drained called when bytes have left */
  constructor(socket: WebSocket, drained: () => void) {
    this.#socket = socket;
    this.#drained = drained;
    socket.on("pong", () => {
      this.#answered = true;
    });
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(frames: readonly Frame[]): void {
    for (const frame of frames) this.#socket.send(frame.webSocket, { binary: false }, this.#drained);
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
