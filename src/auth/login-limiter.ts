import { CallplaneError } from "../errors.js";

const WINDOW_MS = 60_000;
const MAX_FAILURES = 5;
const PRUNE_AT = 10_000;

interface Record {
  /** When the last failures were, oldest first. */
  failures: number[];
  /** Attempts whose outcome is not known yet. */
  pending: number;
  /** Attempts that wait for one of those. */
  waiting: (() => void)[];
}

/** Tells the limiter how an attempt ended; called once. */
export type EndAttempt = (failed: boolean) => void;

/**
 * At most five failed logins a minute for each key. As many attempts as failures are left run at a time and further ones wait for their outcome,
 * so that a burst of guesses is stopped at the fifth, while many people who log in rightly from one address are not.
 */
export class LoginLimiter {
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Throws RateLimited, with the seconds to wait. */
  async begin(key: string): Promise<EndAttempt> {
    const record = this.#record(key);
    for (;;) {
      const now = this.#now();
      record.failures = record.failures.filter((at) => at > now - WINDOW_MS);
      const [oldest] = record.failures;
      if (oldest !== undefined && record.failures.length >= MAX_FAILURES) {
        throw new CallplaneError("RateLimited", "Too many failed logins; try again later.", { retryAfterS: Math.ceil((oldest + WINDOW_MS - now) / 1000) });
      }
      if (record.failures.length + record.pending < MAX_FAILURES) break;
      await new Promise<void>((resolve) => record.waiting.push(resolve));
    }
    record.pending += 1;
    return (failed) => {
      record.pending -= 1;
      if (failed) record.failures.push(this.#now());
      for (const wake of record.waiting.splice(0)) wake();
    };
  }

  #record(key: string): Record {
    const known = this.#records.get(key);
    if (known !== undefined) return known;
    if (this.#records.size >= PRUNE_AT) this.#prune();
    const record: Record = { failures: [], pending: 0, waiting: [] };
    this.#records.set(key, record);
    return record;
  }

  #prune(): void {
    const since = this.#now() - WINDOW_MS;
    for (const [key, record] of this.#records) {
      if (record.pending === 0 && record.waiting.length === 0 && record.failures.every((at) => at <= since)) this.#records.delete(key);
    }
  }
}
