/** Longer messages are joined in memory of their own. */
const BLOCK_BYTES = 64 * 1024;
/** 4 MB: as much as a thousand consoles are told in one moment. */
const MOST_BLOCKS = 64;

/**
 * Where the messages of one moment are joined, which the next moment uses again. Made anew, thousands of times a second, their memory would have V8 collect
 * all garbage once a second: with a thousand consoles that took a fifth of the processor time.
 */
export class Space {
  /** Bounded by `MOST_BLOCKS`. */
  #blocks: Buffer[] = [];
  /** In which block the next messages are joined, and from where on. */
  #at = 0;
  #used = 0;
  /** Blocks that are given away at the end. Bounded by `#blocks`. */
  readonly #kept = new Set<ArrayBufferLike>();

  /** The parts, one after the other; to be read before `end`, or kept. */
  join(parts: readonly Buffer[]): Buffer {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const block = length > BLOCK_BYTES ? null : this.#room(length);
    if (block === null) return Buffer.concat(parts, length);
    const from = this.#used;
    for (const part of parts) this.#used += part.copy(block, this.#used);
    return block.subarray(from, this.#used);
  }

  /** What was joined is still to be read after `end`: its block is not used again. */
  keep({ buffer }: Buffer): void {
    if (this.#blocks.some((block) => block.buffer === buffer)) this.#kept.add(buffer);
  }

  /** The moment is over. */
  end(): void {
    if (this.#kept.size > 0) this.#blocks = this.#blocks.filter(({ buffer }) => !this.#kept.has(buffer));
    this.#kept.clear();
    this.#at = this.#used = 0;
  }

  #room(length: number): Buffer | null {
    if (this.#used + length > BLOCK_BYTES) {
      this.#at++;
      this.#used = 0;
    }
    if (this.#at === this.#blocks.length && this.#at < MOST_BLOCKS) this.#blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
    return this.#blocks[this.#at] ?? null;
  }
}
