/** How often something happened for a key within a window. */
export class SlidingCounts {
  readonly #windowMs: number;
  readonly #maxKeys: number;
  readonly #maxCount: number;
  /**
   * Two generations: keys hit since the last swap, and keys hit before. A swap drops the older generation as a whole, which costs less than finding the
   * oldest key of one Map, where deleted keys keep their places. Bounded by `maxKeys`, and `maxCount` of each.
   */
  #recent = new Map<string, number[]>();
  /** Bounded as `#recent` is. */
  #older = new Map<string, number[]>();

  /** Counts end at `maxCount`. */
  constructor(options: { readonly windowMs: number; readonly maxKeys: number; readonly maxCount: number }) {
    this.#windowMs = options.windowMs;
    this.#maxKeys = options.maxKeys;
    this.#maxCount = options.maxCount;
  }

  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  /** Adds one at `now` (milliseconds) and gives how many there are in the window. */
  hit(key: string, now: number): number {
    const times = [...this.times(key, now), now];
    if (times.length > this.#maxCount) times.shift();
    this.#older.delete(key);
    if (!this.#recent.has(key) && this.#recent.size >= Math.max(1, Math.floor(this.#maxKeys / 2))) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, times);
    return times.length;
  }

  /** The times within the window, oldest first. */
  times(key: string, now: number): readonly number[] {
    return (this.#recent.get(key) ?? this.#older.get(key) ?? []).filter((at) => at > now - this.#windowMs);
  }

}
