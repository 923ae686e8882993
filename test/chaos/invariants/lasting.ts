import type { Violation } from "../journal.js";

/** Which problems are there at every look. */
export class Lasting {
  readonly #keyOf: (problem: Violation) => string;
  /** Bounded by what is wrong. */
  #since = new Map<string, number>();

  /** @param keyOf what makes a problem the same as at the last look; its invariant and subject unless given */
  constructor(keyOf = ({ invariant, subject }: Violation): string => `${invariant} ${subject}`) {
    this.#keyOf = keyOf;
  }

  /** Takes all that is wrong now; gives what has been for so long. */
  look(wrong: readonly Violation[], ms: number, now = performance.now()): readonly Violation[] {
    this.#since = new Map(wrong.map((problem) => [this.#keyOf(problem), this.#since.get(this.#keyOf(problem)) ?? now]));
    return wrong.filter((problem) => now - (this.#since.get(this.#keyOf(problem)) ?? now) >= ms);
  }
}
