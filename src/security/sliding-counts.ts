/** How often something happened for a key within a window; bounded in keys and in memory for each. */
export class SlidingCounts {
  readonly #windowMs: number;
  readonly #maxKeys: number;
  readonly #maxCount: number;
  /** The one that was longest without a new entry first. Bounded by `maxKeys`, and `maxCount` of each. */
  readonly #times = new Map<string, number[]>();

  /** Counts beyond `maxCount` are told as that. */
  constructor(options: { readonly windowMs: number; readonly maxKeys: number; readonly maxCount: number }) {
    this.#windowMs = options.windowMs;
    this.#maxKeys = options.maxKeys;
    this.#maxCount = options.maxCount;
  }

  get size(): number {
    return this.#times.size;
  }

  /** Adds one at `now` (milliseconds) and gives how many there are in the window. */
  hit(key: string, now: number): number {
    const times = (this.#times.get(key) ?? []).filter((at) => at > now - this.#windowMs);
    times.push(now);
    if (times.length > this.#maxCount) times.shift();
    this.#times.delete(key);
    if (this.#times.size >= this.#maxKeys) this.#forgetOldest();
    this.#times.set(key, times);
    return times.length;
  }

  forget(key: string): void {
    this.#times.delete(key);
  }

  #forgetOldest(): void {
    const [oldest] = this.#times.keys();
    if (oldest !== undefined) this.#times.delete(oldest);
  }
}
