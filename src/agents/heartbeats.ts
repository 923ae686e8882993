/**
 * Who was last heard of when, in the order of last signs of life: a Map keeps insertion order, so a heartbeat is one delete and one
 * set, and a sweep looks at those alone that are due. An entry stays until it is heard of again, forgotten or overdue.
 */
export class Heartbeats<Key> {
  readonly #limitMs: number;
  /** Bounded by those who are watched: who is silent for the limit leaves. */
  readonly #lastSeen = new Map<Key, number>();

  /** @param limitMs silence that is too long, in milliseconds */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  get size(): number {
    return this.#lastSeen.size;
  }

  /** Begins to expect heartbeats of `key`, at `now` (milliseconds). */
  watch(key: Key, now: number): void {
    this.#lastSeen.delete(key);
    this.#lastSeen.set(key, now);
  }

  /** A heartbeat; of no interest from one who is not watched. */
  seen(key: Key, now: number): void {
    if (this.#lastSeen.delete(key)) this.#lastSeen.set(key, now);
  }

  unwatch(key: Key): void {
    this.#lastSeen.delete(key);
  }

  /** Takes out and gives those who were silent for the limit. */
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
