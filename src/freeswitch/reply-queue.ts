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

const COMPACT_AT = 256;

export class ReplyQueue {
  /** Null where the waiting has been given up. Bounded by `MAX_PENDING` (connection.ts). */
  #slots: (Slot | null)[] = [];
  #first = 0;

  /** Outstanding replies, including those of cancelled commands. */
  get length(): number {
    return this.#slots.length - this.#first;
  }

  /** Takes the next place. Rejects with Timeout, or with the signal's reason. */
  wait({ timeoutMs, signal }: WaitOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      const slot: Slot = {
        resolve,
        reject,
        release: () => {
          clearTimeout(timer);
          stopListening();
        },
      };
      const giveUp = (error: Error): void => {
        slot.release();
        const at = this.#slots.indexOf(slot, this.#first);
        if (at !== -1) this.#slots[at] = null;
        reject(error);
      };
      // After a stall of the process the timer fires before the received reply is read, which comes first.
      const timer = setTimeout(() => setImmediate(giveUp, new CallplaneError("Timeout")), timeoutMs);
      const stopListening = onAbort(signal, () => giveUp(abortReason(signal)));
      this.#slots.push(slot);
    });
  }

  /** Resolves the oldest outstanding command with the reply; false when there is none. */
  deliver(text: string): boolean {
    if (this.length === 0) return false;
    const slot = this.#slots[this.#first] ?? null;
    this.#slots[this.#first++] = null;
    if (this.#first >= COMPACT_AT) {
      this.#slots = this.#slots.slice(this.#first);
      this.#first = 0;
    }
    slot?.release();
    slot?.resolve(text);
    return true;
  }

  rejectAll(error: Error): void {
    const slots = this.#slots.slice(this.#first);
    this.#slots = [];
    this.#first = 0;
    for (const slot of slots) {
      slot?.release();
      slot?.reject(error);
    }
  }
}

export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted");
}
