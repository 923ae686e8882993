/** The last heartbeat of each key, oldest first: a Map keeps insertion order, so that a heartbeat is one delete and one set, and a sweep stops at the first that is not due. */
export class Heartbeats<Key> {
  readonly #limitMs: number;
  /** Bounded by the watched keys: one that is silent for the limit leaves. */
  readonly #lastSeen = new Map<Key, number>();

  /** @param limitMs silence that is too long, in milliseconds */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  get size(): number {
    return this.#lastSeen.size;
  }

  /** Expects heartbeats of `key` from `now` on (milliseconds). */
  watch(key: Key, now: number): void {
    this.#lastSeen.delete(key);
    this.#lastSeen.set(key, now);
  }

  /** A heartbeat; ignored for a key that is not watched. */
  seen(key: Key, now: number): void {
    if (this.#lastSeen.delete(key)) this.#lastSeen.set(key, now);
  }

  unwatch(key: Key): void {
    this.#lastSeen.delete(key);
  }

  /** Removes and returns the keys that were silent for the limit. */
  takeOverdue(now: number): readonly Key[] {
    const overdue: Key[] = [];
    for (const [key, at] of this.#lastSeen) {
      if (now - at < this.#limitMs) break;
      this.#lastSeen.delete(key);
      overdue.push(key);
    }
    return overdue;
  }

  clear(): void {
    this.#lastSeen.clear();
  }
}
