/** Keeps the newest readings of numbers: to read one takes longer than all else that is done with it, and each leg of a call shows the same. */
import type { CountryCode } from "libphonenumber-js/max";

/** Readings of one generation, about 150 bytes each of a usual number. */
const MOST = 5_000;
/** A longer text is no number. */
const LONGEST = 64;

type Reading<T> = (text: string, home: CountryCode | undefined) => T;

export class Remembered<T extends string | null> {
  readonly #read: Reading<T>;
  /** Bounded by `MOST`. */
  #newer = new Map<string, T>();
  #older: ReadonlyMap<string, T> = new Map();

  /** @param read gives the same each time */
  constructor(read: Reading<T>) {
    this.#read = read;
  }

  get(text: string, home: CountryCode | undefined): T {
    if (text.length > LONGEST) return this.#read(text, home);
    const key = `${home ?? ""} ${text}`;
    const known = this.#newer.get(key);
    if (known !== undefined) return known;
    const before = this.#older.get(key);
    const reading = before === undefined ? this.#read(text, home) : before;
    if (this.#newer.size >= MOST) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, reading);
    return reading;
  }
}
