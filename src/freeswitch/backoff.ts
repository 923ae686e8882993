/** How long to wait before the next attempt: full jitter over doubling steps (DESIGN decision 3). */
import type { SwitchTiming } from "./ports.js";

type BackoffTiming = Pick<SwitchTiming, "backoffMinMs" | "backoffMaxMs" | "unusableMs" | "random">;

export class Backoff {
  readonly #timing: BackoffTiming;
  #attempts = 0;

  constructor(timing: BackoffTiming) {
    this.#timing = timing;
  }

  /** Milliseconds. `permanent`: only an operator can help. */
  next(permanent: boolean): number {
    const { backoffMinMs, backoffMaxMs, unusableMs, random } = this.#timing;
    if (permanent) return unusableMs;
    const step = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(this.#attempts, 30));
    this.#attempts += 1;
    return random() * step;
  }

  /** After a healthy time. */
  reset(): void {
    this.#attempts = 0;
  }
}
