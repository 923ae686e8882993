import { FRAME_BYTES } from "./frames.js";
import { SILENCE } from "../g711.js";

/** What a program may have sent ahead of what is played: more than any speech that is synthesised at once, less than memory minds. */
export const MAX_QUEUED_MS = 300_000;
/** Marks that may wait to be reached. */
export const MAX_MARKS = 1000;

const BYTES_PER_MS = FRAME_BYTES / 20;

/** Thrown when a program sends more than its queue holds. */
export class QueueFull extends Error {}

/** Pieces that are smaller are put together: each that is kept alone costs more than its audio. */
const PIECE_BYTES = 10 * FRAME_BYTES;

type Item = { readonly kind: "audio"; bytes: Buffer; taken: number } | { readonly kind: "mark"; readonly name: string };

/** Audio that is still to be played, and the marks in it, in the order in which they came. */
export class PlayoutQueue {
  /** Bounded by `MAX_QUEUED_MS` in pieces of half of `PIECE_BYTES` at least, and by `MAX_MARKS`: what does not fit throws. */
  readonly #items: Item[] = [];
  #bytes = 0;
  #marks = 0;
  readonly #reached: (mark: string) => void;

  /** @param reached told of each mark: all before it has been played, or was cleared */
  constructor(reached: (mark: string) => void) {
    this.#reached = reached;
  }

  /** Milliseconds of audio that wait. */
  get queuedMs(): number {
    return this.#bytes / BYTES_PER_MS;
  }

  /** µ-law of any length. Throws QueueFull. */
  add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.queuedMs + bytes.length / BYTES_PER_MS > MAX_QUEUED_MS) throw new QueueFull(`More than ${MAX_QUEUED_MS / 1000} s of audio wait to be played.`);
    this.#bytes += bytes.length;
    const last = this.#items.at(-1);
    if (last?.kind === "audio" && last.bytes.length - last.taken + bytes.length <= PIECE_BYTES) {
      last.bytes = Buffer.concat([last.bytes.subarray(last.taken), bytes]);
      last.taken = 0;
    } else this.#items.push({ kind: "audio", bytes, taken: 0 });
  }

  /** Reached at once when nothing waits. Throws QueueFull. */
  mark(name: string): void {
    if (this.#items.length === 0) {
      this.#reached(name);
      return;
    }
    if (this.#marks >= MAX_MARKS) throw new QueueFull(`More than ${MAX_MARKS} marks wait to be reached.`);
    this.#marks++;
    this.#items.push({ kind: "mark", name });
  }

  /** Drops all audio; every mark that waits is reached, in order. */
  clear(): void {
    const marks = this.#items.flatMap((item) => (item.kind === "mark" ? [item.name] : []));
    this.#items.length = 0;
    this.#bytes = 0;
    this.#marks = 0;
    for (const mark of marks) this.#reached(mark);
  }

  /** The next 20 ms, the end of the audio filled up with silence; null when nothing waits. Marks that it passes are reached once `played` is called. */
  next(): Buffer | null {
    if (this.#bytes === 0) return null;
    const frame = Buffer.allocUnsafe(FRAME_BYTES);
    let filled = 0;
    for (const item of this.#items) {
      if (item.kind === "mark") continue;
      const copied = item.bytes.copy(frame, filled, item.taken, item.taken + FRAME_BYTES - filled);
      item.taken += copied;
      filled += copied;
      if (filled === FRAME_BYTES) break;
    }
    this.#bytes -= filled;
    return frame.fill(SILENCE, filled);
  }

  /** What `next` gave has been sent to be played. */
  played(): void {
    for (let first = this.#items[0]; first !== undefined && (first.kind === "mark" || first.taken === first.bytes.length); first = this.#items[0]) {
      this.#items.shift();
      if (first.kind === "audio") continue;
      this.#marks--;
      this.#reached(first.name);
    }
  }
}
