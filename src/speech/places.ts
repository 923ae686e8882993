import { onAbort } from "../abort.js";
import { reasonOf } from "./shared.js";

/** So many at a time; the others wait in the order in which they came. */
export class Places {
  readonly #size: number;
  readonly #maxWaiting: number;
  /** Bounded by `maxWaiting`. */
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(size: number, maxWaiting: number) {
    this.#size = size;
    this.#maxWaiting = maxWaiting;
  }

  /** Does the work when it is its turn. Throws Crowded when too many wait, and the signal's reason. */
  async within<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#taken < this.#size) this.#taken += 1;
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) throw new Crowded();
    return new Promise((resolve, reject) => {
      const mine = (): void => {
        stop();
        resolve();
      };
      const stop = onAbort(signal, () => {
        this.#waiting.splice(this.#waiting.indexOf(mine), 1);
        reject(reasonOf(signal));
      });
      this.#waiting.push(mine);
    });
  }
}

export class Crowded extends Error {
  constructor() {
    super("too much of it is under way");
    this.name = "Crowded";
  }
}
