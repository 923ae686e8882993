/** How often something happened for a key within a window; bounded in keys and in memory for each. */
export class SlidingCounts {
  readonly #windowMs: number;
  readonly #maxKeys: number;
  readonly #maxCount: number;
  /**
   * Keys with a new entry since the turn of the generations, and those without: what is in neither is forgotten. To look for the one key that is
   * oldest would cost more with each that was deleted before it, since a Map keeps their places until it grows. Bounded by `maxKeys`, and `maxCount` of each.
   */
  #recent = new Map<string, number[]>();
  /** Bounded as `#recent` is. */
  #older = new Map<string, number[]>();

  /** Counts beyond `maxCount` are told as that. */
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

  /** When those in the window were, oldest first. */
  times(key: string, now: number): readonly number[] {
    return (this.#recent.get(key) ?? this.#older.get(key) ?? []).filter((at) => at > now - this.#windowMs);
  }

  forget(key: string): void {
    this.#recent.delete(key);
    this.#older.delete(key);
  }
}
