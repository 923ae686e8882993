/** Memory for messages that are joined to go out together. Small to begin with: most installations have a few consoles. */
const FIRST_BYTES = 64 * 1024;
/** As much as a thousand consoles are told in one moment. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Where the messages of one moment are joined, which the next moment uses again. Made anew, thousands of times a second, their memory would have V8 collect
 * all garbage once a second: with a thousand consoles that took a third of the processor time.
 */
export class Space {
  #memory = Buffer.alloc(0);
  #used = 0;
  #wanted = 0;
  #isKept = false;

  /** The parts, one after the other; to be read before `end`, or kept. */
  join(parts: readonly Buffer[]): Buffer {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    this.#wanted += length;
    if (this.#used + length > this.#memory.length) return Buffer.concat(parts, length);
    const from = this.#used;
    for (const part of parts) this.#used += part.copy(this.#memory, this.#used);
    return this.#memory.subarray(from, this.#used);
  }

  /** Something that was joined is still to be read after `end`. */
  keep(): void {
    this.#isKept = true;
  }

  /** The moment is over. */
  end(): void {
    let bytes = Math.max(FIRST_BYTES, this.#memory.length);
    while (bytes < this.#wanted && bytes < MOST_BYTES) bytes *= 2;
    if (this.#isKept || bytes > this.#memory.length) this.#memory = Buffer.allocUnsafeSlow(bytes);
    this.#used = this.#wanted = 0;
    this.#isKept = false;
  }
}
