import { onAbort } from "../abort.js";

interface Run<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Work that several wish for at the same time is done once. It is called off when nobody waits for it any more. */
export class Shared<T> {
  /** Bounded by who waits: each run leaves when it ends. */
  readonly #runs = new Map<string, Run<T>>();

  /** What the work under this key resolves to. Rejects with the reason of the own signal, or as the work does. */
  async run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const run = this.#runs.get(key) ?? this.#begin(key, work);
    run.waiting += 1;
    try {
      return await new Promise<T>((resolve, reject) => {
        const stop = onAbort(signal, () => reject(reasonOf(signal)));
        run.result.then(resolve, reject).finally(stop);
      });
    } finally {
      run.waiting -= 1;
      if (run.waiting === 0) this.#leave(key, run);
    }
  }

  /** Calls all of it off. */
  close(reason: Error): void {
    for (const { controller } of this.#runs.values()) controller.abort(reason);
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Run<T> {
    const controller = new AbortController();
    const run: Run<T> = { controller, waiting: 0, result: work(controller.signal) };
    this.#runs.set(key, run);
    run.result.catch(() => undefined);
    return run;
  }

  #leave(key: string, run: Run<T>): void {
    // Whoever comes next begins anew, even if this takes a while to end.
    if (this.#runs.get(key) === run) this.#runs.delete(key);
    run.controller.abort(new Error("Nobody waits for it any more."));
  }
}

export const reasonOf = (signal: AbortSignal): Error => (signal.reason instanceof Error ? signal.reason : new Error("It was called off."));
