import type { Audience } from "./audience.js";
import type { Frame } from "./frame.js";

/** One event of the stream, and who gets which frame of it. */
interface Entry {
  readonly seq: number;
  /** What all members of a department see names one set of audiences, in whichever entry. */
  readonly showings: readonly { readonly frame: Frame; readonly to: ReadonlySet<Audience> }[];
  /** What it costs to keep. */
  readonly bytes: number;
}

export interface RingLimits {
  readonly events: number;
  readonly bytes: number;
}

/** The latest events, bounded by count and by bytes, found by their number. */
export class Ring {
  readonly #limits: RingLimits;
  /** Slots before #first are empty. Bounded by `limits.events` and `limits.bytes`. */
  #entries: (Entry | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  #newest = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** Number of the newest event; 0 before the first. */
  get newest(): number {
    return this.#newest;
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#newest = entry.seq;
    this.#bytes += entry.bytes;
    while (this.size > this.#limits.events || (this.#bytes > this.#limits.bytes && this.size > 0)) this.#dropOldest();
  }

  /** Starts after `seq`: nobody was there to see the events up to it. */
  skip(seq: number): void {
    this.clear();
    this.#newest = seq;
  }

  /** Whether everything after `seq` is still here. */
  reaches(seq: number): boolean {
    return seq <= this.#newest && seq >= this.#newest - this.size;
  }

  get(seq: number): Entry | undefined {
    return this.#entries[this.#entries.length - 1 - (this.#newest - seq)];
  }

  clear(): void {
    this.#entries = [];
    this.#first = 0;
    this.#bytes = 0;
  }

  #dropOldest(): void {
    const oldest = this.#entries[this.#first];
    this.#bytes -= oldest?.bytes ?? 0;
    this.#entries[this.#first] = undefined;
    this.#first += 1;
    // Cut rarely, so that each drop costs a constant time on average.
    if (this.#first >= 1024 && this.#first * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}
