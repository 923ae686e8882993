import type { Socket } from "node:net";

/** Slower than any line that people work on; a reply that goes out in one write shows no progress until its end. */
const SLOWEST_BYTES_PER_MS = 64;

/** Whether the client of a connection reads what is written to it. */
export class Taking {
  readonly #socket: Socket;
  #taken = 0;
  /** When it last read something, milliseconds; null while nothing is pending. */
  #since: number | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether it has read nothing for `stallMs` and the time that the slowest line needs for what is pending. */
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
