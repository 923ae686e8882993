import type { Socket } from "node:net";

/** Slower than any line that people work on; a reply that goes out in one write shows no progress until its end. */
const SLOWEST_BYTES_PER_MS = 64;

/** Whether a connection takes what is written to it. */
export class Taking {
  readonly #socket: Socket;
  #taken = 0;
  /** When it last took something or had nothing to take, milliseconds; null while it has nothing. */
  #since: number | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether it has taken nothing for `stallMs`, and for as long as the slowest line needs for what is on its way. */
  isStalled(now: number, stallMs: number): boolean {
    const pending = this.#socket.writableLength;
    if (pending === 0) {
      this.#since = null;
      return false;
    }
    const taken = this.#socket.bytesWritten - pending;
    if (this.#since === null || taken > this.#taken) {
      this.#since = now;
      this.#taken = taken;
      return false;
    }
    return now - this.#since >= stallMs + pending / SLOWEST_BYTES_PER_MS;
  }
}
