/** How long to wait before the next attempt: full jitter over doubling steps (DESIGN decision 3). */
import type { SwitchTiming } from "./ports.js";

export class Backoff {
  readonly #timing: Pick<SwitchTiming, "backoffMinMs" | "backoffMaxMs" | "random">;
  #attempts = 0;

  constructor(timing: Pick<SwitchTiming, "backoffMinMs" | "backoffMaxMs" | "random">) {
    this.#timing = timing;
  }

  /** Milliseconds. `permanent`: only an operator can help, so the longest step at once and no jitter. */
  next(permanent: boolean): number {
    const { backoffMinMs, backoffMaxMs, random } = this.#timing;
    if (permanent) return backoffMaxMs;
    const step = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(this.#attempts, 30));
    this.#attempts += 1;
    return random() * step;
  }

  /** After a healthy time. */
  reset(): void {
    this.#attempts = 0;
  }
}
