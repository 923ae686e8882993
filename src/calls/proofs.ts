import { onAbort } from "../abort.js";
import { CallplaneError, switchUnavailable } from "../errors.js";

export interface ProofOptions {
  /** What is waited for, for the Timeout's text: "CHANNEL_PARK of both legs". */
  readonly of: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The node of the channels; when it goes down the wait ends with SwitchUnavailable. */
  readonly node: string;
}

export interface Expected<T> {
  readonly proved: Promise<T>;
  readonly fail: (error: unknown) => void;
}

interface Waiter {
  readonly node: string;
  readonly evaluate: () => void;
  readonly fail: (error: Error) => void;
}

/** Waits for events that prove a success. A condition is evaluated after each event of its channels: it returns the result, or `undefined` to go on waiting, or throws. */
export class Proofs {
  /** By channel. Bounded by the operations under way, each of which ends with its proof, its limit, or the refusal of its command. */
  readonly #waiters = new Map<string, Set<Waiter>>();
  #closed = false;

  /** How many channels are waited for. */
  get size(): number {
    return this.#waiters.size;
  }

  /** Rejects with Timeout after the limit, SwitchUnavailable when the node goes down, or the signal's reason. */
  until<T>(uuids: readonly string[], condition: () => T | undefined, options: ProofOptions): Promise<T> {
    return this.expect(uuids, condition, options).proved;
  }

  /** As `until`, for a proof that may be given up: `fail` rejects it, unless it has ended. */
  expect<T>(uuids: readonly string[], condition: () => T | undefined, options: ProofOptions): Expected<T> {
    let stop: ((error: Error) => void) | null = null;
    const wait = async (): Promise<T> => {
      if (this.#closed) throw switchUnavailable(options.node);
      options.signal?.throwIfAborted();
      const already = condition();
      if (already !== undefined) return already;
      const { signal } = options;
      return new Promise<T>((resolve, reject) => {
        const finish = (outcome: () => void): void => {
          stop = null;
          end();
          stopListening();
          outcome();
        };
        const fail = (error: Error): void => finish(() => reject(error));
        const evaluate = (): void => {
          const result = condition();
          if (result !== undefined) finish(() => resolve(result));
        };
        stop = fail;
        const stopListening = onAbort(signal, () => fail(abortReason(signal)));
        const end = this.follow(uuids, evaluate, fail, options);
      });
    };
    return { proved: wait(), fail: (error) => stop?.(errorOf(error)) };
  }

  /**
   * Calls `evaluate` after each event of the channels until it is ended, by the function that it gives, or by itself: then `failed` is told what `evaluate` throws, Timeout
   * after the limit, or SwitchUnavailable when the node goes down.
   */
  follow(uuids: readonly string[], evaluate: () => void, failed: (error: Error) => void, { of, timeoutMs, node }: Omit<ProofOptions, "signal">): () => void {
    if (this.#closed) {
      failed(switchUnavailable(node));
      return () => undefined;
    }
    let isEnded = false;
    const end = (): void => {
      isEnded = true;
      clearTimeout(timer);
      for (const uuid of uuids) this.#remove(uuid, waiter);
    };
    const fail = (error: Error): void => {
      end();
      failed(error);
    };
    const evaluated = (): void => {
      try {
        evaluate();
      } catch (error) {
        fail(errorOf(error));
      }
    };
    const waiter: Waiter = { node, evaluate: evaluated, fail };
    const timeUp = (): void => {
      if (!isEnded) fail(new CallplaneError("Timeout", `FreeSWITCH did not confirm in time: ${of}.`));
    };
    // After a stall of the process the timer fires before the received event is read, which comes first.
    const timer = setTimeout(() => setImmediate(timeUp), timeoutMs);
    for (const uuid of uuids) this.#add(uuid, waiter);
    return end;
  }

  changed(uuid: string): void {
    const waiters = this.#waiters.get(uuid);
    if (waiters === undefined) return;
    for (const waiter of [...waiters]) waiter.evaluate();
  }

  nodeDown(node: string): void {
    this.#failAll((waiter) => waiter.node === node);
  }

  close(): void {
    this.#closed = true;
    this.#failAll(() => true);
  }

  #failAll(which: (waiter: Waiter) => boolean): void {
    for (const waiters of [...this.#waiters.values()]) {
      for (const waiter of [...waiters]) {
        if (which(waiter)) waiter.fail(switchUnavailable(waiter.node));
      }
    }
  }

  #add(uuid: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(uuid);
    if (waiters === undefined) this.#waiters.set(uuid, new Set([waiter]));
    else waiters.add(waiter);
  }

  #remove(uuid: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(uuid);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(uuid);
  }
}

const errorOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function abortReason(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new CallplaneError("Conflict", "The operation was called off.");
}
