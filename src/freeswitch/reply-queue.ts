/**
 * The commands of one socket that wait for their reply. FreeSWITCH answers in order and replies carry no number, so there is ONE queue for
 * both kinds of reply, and a command that has been given up keeps its place: its late reply must not go to the next one (DESIGN decision 1).
 */
import { onAbort } from "../abort.js";
import { CallplaneError } from "../errors.js";

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Slot {
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
  readonly release: () => void;
}

interface Place {
  readonly command: string;
  readonly at: number;
  /** Null where the waiting has been given up. */
  slot: Slot | null;
}

/** A command that FreeSWITCH has not answered, and for how many milliseconds it has done nothing else on its socket. */
export interface OldestCommand {
  readonly command: string;
  readonly forMs: number;
}

const COMPACT_AT = 256;

export class ReplyQueue {
  /** Bounded by `MAX_PENDING` (connection.ts). */
  #places: (Place | null)[] = [];
  #first = 0;
  #deliveredAt = 0;

  /** Outstanding replies, including those of cancelled commands. */
  get length(): number {
    return this.#places.length - this.#first;
  }

  /** The one that FreeSWITCH is busy with; null: none. */
  get oldest(): OldestCommand | null {
    const place = this.#places[this.#first] ?? null;
    return place === null ? null : { command: place.command, forMs: performance.now() - Math.max(place.at, this.#deliveredAt) };
  }

  /** Takes the next place. Rejects with Timeout, or with the signal's reason. */
  wait(options: WaitOptions, command = ""): Promise<string> {
    return new Promise((resolve, reject) => {
      const slot: Slot = {
        resolve,
        reject,
        release: () => stop(),
      };
      const giveUp = (error: Error): void => {
        slot.release();
        place.slot = null;
        reject(error);
      };
      const stop = whenGivenUp(options, giveUp);
      const place: Place = { command, at: performance.now(), slot };
      this.#places.push(place);
    });
  }

  /** Resolves the oldest outstanding command with the reply; false when there is none. */
  deliver(text: string): boolean {
    if (this.length === 0) return false;
    const slot = this.#places[this.#first]?.slot;
    this.#places[this.#first++] = null;
    this.#deliveredAt = performance.now();
    if (this.#first >= COMPACT_AT) {
      this.#places = this.#places.slice(this.#first);
      this.#first = 0;
    }
    slot?.release();
    slot?.resolve(text);
    return true;
  }

  rejectAll(error: Error): void {
    const places = this.#places.slice(this.#first);
    this.#places = [];
    this.#first = 0;
    for (const place of places) {
      place?.slot?.release();
      place?.slot?.reject(error);
    }
  }
}

/** Tells when the time is over, or the signal aborted. Returns the function that ends both. */
export function whenGivenUp({ timeoutMs, signal }: WaitOptions, giveUp: (error: Error) => void): () => void {
  // After a stall of the process the timer fires before what was received is read, which comes first.
  const timer = setTimeout(() => setImmediate(giveUp, new CallplaneError("Timeout")), timeoutMs);
  const stopListening = onAbort(signal, () => giveUp(abortReason(signal)));
  return () => {
    clearTimeout(timer);
    stopListening();
  };
}

export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted");
}
