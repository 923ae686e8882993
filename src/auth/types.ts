/** The door of the auth room: credentials in, an Actor out. */
import type { Actor, Role } from "../calls/ports.js";

export interface LoginReply {
  /** The token's id (jti), sent back as X-Key. */
  readonly key: string;
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expires: number;
  readonly username: string;
  /** The organization's SIP domain; "" for root. */
  readonly domain: string;
  readonly role: Role;
}

export interface PresentedToken {
  readonly token: string;
  /** X-Key, when the token came by X-Access-Token: must equal the token's jti. */
  readonly key?: string;
}

export interface AuthService {
  /** `address` is for the limit of five failed logins a minute (by user and by address). Throws Unauthorized or RateLimited. */
  login(username: string, password: string, address: string): Promise<LoginReply>;
  /** Revokes the token. */
  logout(actor: Actor): Promise<void>;
  /** Verifies signature, expiry, revocation, that the user still exists and is enabled. Throws Unauthorized. */
  authenticate(presented: PresentedToken): Promise<Actor>;
}
