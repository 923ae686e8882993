/** One after another, for each key. */
export class Turns {
  /** By key. Bounded by the requests under way: a key leaves with its last one. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs when everything before it under the key has ended. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work, work);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
