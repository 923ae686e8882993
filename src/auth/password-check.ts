/** Whether a password is a user's: limited, queued, and as slow for a name that there is not. */
import { CallplaneError } from "../errors.js";
import type { AccountDirectory, UserRecord } from "../people/index.js";
import { addressGroup } from "../security/index.js";
import type { HashQueue } from "./hash-queue.js";
import { LoginLimiter, type LoginAttempt } from "./login-limiter.js";
import { nobodysHash, verifyPassword, type ScryptCost } from "./passwords.js";

export interface PasswordCheckOptions {
  readonly directory: Pick<AccountDirectory, "user" | "userById" | "refresh">;
  readonly hashing: HashQueue;
  readonly maxLoginsPerMinute: number;
  /** The cost of the hash that an unknown name is checked against. */
  readonly cost: ScryptCost | undefined;
  readonly now: () => number;
  /** Told of each wrong password. */
  readonly onFailure: (attempt: { readonly organizationId: number | null; readonly username: string; readonly address: string }) => void;
}

export class PasswordCheck {
  readonly #options: PasswordCheckOptions;
  readonly #limiter: LoginLimiter;
  readonly #nobodysHash: string;

  constructor(options: PasswordCheckOptions) {
    this.#options = options;
    this.#limiter = new LoginLimiter(options.now, options.maxLoginsPerMinute);
    this.#nobodysHash = nobodysHash(options.cost);
  }

  /** The user who logs in by this name with this password. Throws Unauthorized, RateLimited, Busy. */
  async byName(username: string, password: string, address: string): Promise<UserRecord> {
    const { directory } = this.#options;
    await directory.refresh();
    const found = await this.#check(directory.user(username), username, password, address, true);
    if (found === null) throw new CallplaneError("Unauthorized", "The user name or the password is wrong.");
    return found;
  }

  /** Whether it is the password of this user, who is logged in already. Throws RateLimited, Busy. */
  async isOf(userId: number, password: string, address: string): Promise<boolean> {
    const user = this.#options.directory.userById(userId);
    return (await this.#check(user, user?.username ?? "", password, address, false)) !== null;
  }

  async #check(user: UserRecord | undefined, name: string, password: string, address: string, isLogin: boolean): Promise<UserRecord | null> {
    const { directory, hashing, onFailure } = this.#options;
    // One user, however the name was written.
    const attempt: LoginAttempt = { address: addressGroup(address), user: user === undefined ? `name ${name.toLowerCase()}` : `row ${user.id}` };
    this.#limiter.check(attempt);
    return hashing.run(attempt, async () => {
      // Again, because earlier attempts in the queue may have failed meanwhile.
      this.#limiter.check(attempt);
      // An unknown name takes as long as a wrong password, so that nobody learns which names there are.
      const fits = await verifyPassword(user?.passwordHash ?? this.#nobodysHash, password);
      const current = user === undefined ? undefined : directory.userById(user.id);
      if (!fits || current === undefined || current.disabled) {
        this.#limiter.failed(attempt);
        onFailure({ organizationId: user?.organizationId ?? null, username: name.slice(0, 64), address });
        return null;
      }
      if (isLogin) this.#limiter.succeeded(attempt);
      return current;
    });
  }
}
