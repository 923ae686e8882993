/** How often logins may fail, and succeed, before they have to wait (CONTRACT, "Credentials"). */
import { CallplaneError } from "../errors.js";
import { SlidingCounts } from "../security/index.js";

const WINDOW_MS = 60_000;
/** Of one user from one address. */
const MAX_FAILURES = 5;
const MAX_FAILURES_OF_ADDRESS = 100;
/** More than can fail in a minute, since each failure costs a hash. */
const MAX_KEYS = 20_000;

/** Whose attempt it is. */
export interface LoginAttempt {
  /** An address, or what counts as one (`addressGroup`). */
  readonly address: string;
  /** Identifies a user, however the name was written; an unknown one by the name. */
  readonly user: string;
}

/** Failures count for a user at an address and for the address, so nobody can lock a user out from elsewhere; successful logins count for the user, wherever they come from. */
export class LoginLimiter {
  readonly #now: () => number;
  readonly #maxLogins: number;
  readonly #ofUser: SlidingCounts;
  readonly #ofAddress: SlidingCounts;
  readonly #logins: SlidingCounts;

  /** @param maxLogins successful logins of one user within a minute */
  constructor(now: () => number, maxLogins: number) {
    this.#now = now;
    this.#maxLogins = maxLogins;
    this.#ofUser = new SlidingCounts({ windowMs: WINDOW_MS, maxKeys: MAX_KEYS, maxCount: MAX_FAILURES });
    this.#ofAddress = new SlidingCounts({ windowMs: WINDOW_MS, maxKeys: MAX_KEYS, maxCount: MAX_FAILURES_OF_ADDRESS });
    this.#logins = new SlidingCounts({ windowMs: WINDOW_MS, maxKeys: MAX_KEYS, maxCount: maxLogins });
  }

  /** Throws RateLimited, with the seconds to wait. */
  check({ address, user }: LoginAttempt): void {
    const now = this.#now();
    refuse(this.#ofUser.times(`${address} ${user}`, now), MAX_FAILURES, now, "Too many failed logins; try again later.");
    refuse(this.#ofAddress.times(address, now), MAX_FAILURES_OF_ADDRESS, now, "Too many failed logins; try again later.");
    refuse(this.#logins.times(user, now), this.#maxLogins, now, "Too many logins; keep the token.");
  }

  failed({ address, user }: LoginAttempt): void {
    this.#ofUser.hit(`${address} ${user}`, this.#now());
    this.#ofAddress.hit(address, this.#now());
  }

  succeeded({ user }: LoginAttempt): void {
    this.#logins.hit(user, this.#now());
  }
}

function refuse(times: readonly number[], limit: number, now: number, message: string): void {
  const [oldest] = times;
  if (oldest !== undefined && times.length >= limit) throw new CallplaneError("RateLimited", message, { retryAfterS: Math.ceil((oldest + WINDOW_MS - now) / 1000) });
}
