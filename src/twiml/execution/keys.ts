/** The keys of one `<Gather>`: when they are complete, and which one ended them. */

export interface KeyRules {
  /** Ends the input, and is no part of it; null: no key does. */
  readonly finishOnKey: string | null;
  /** So many end the input; null: any number. */
  readonly numDigits: number | null;
}

const MAX_KEYS = 1000;

export class Keys {
  readonly #rules: KeyRules;
  readonly #done = new AbortController();
  readonly #first = new AbortController();
  /** Bounded by `MAX_KEYS`. */
  #digits = "";
  #finishedOn: string | null = null;
  #presses = 0;
  /** Called with each key. */
  onPress: () => void = () => undefined;

  constructor(rules: KeyRules) {
    this.#rules = rules;
  }

  /** Aborted when the input is complete. */
  get done(): AbortSignal {
    return this.#done.signal;
  }

  /** Aborted by the first key. */
  get first(): AbortSignal {
    return this.#first.signal;
  }

  get digits(): string {
    return this.#digits;
  }

  /** The key that ended the input; null: none did. */
  get finishedOn(): string | null {
    return this.#finishedOn;
  }

  /** Keys that were pressed, whatever they were. */
  get presses(): number {
    return this.#presses;
  }

  press(key: string): void {
    if (this.#done.signal.aborted) return;
    this.#presses++;
    this.#first.abort();
    if (key === this.#rules.finishOnKey) {
      this.#finishedOn = key;
      this.#done.abort();
    } else {
      this.#digits += key;
      if (this.#digits.length >= (this.#rules.numDigits ?? MAX_KEYS)) this.#done.abort();
    }
    this.onPress();
  }
}
