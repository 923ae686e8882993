/** Credentials in, an Actor out. */
import type { Actor, Role } from "../people/index.js";

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
  /** `username`: bare, or `name@domain`. `address` is for the limits (login-limiter.ts). Throws Unauthorized, RateLimited, or Busy when too many passwords wait to be checked. */
  login(username: string, password: string, address: string): Promise<LoginReply>;
  /** Revokes the token. */
  logout(actor: Actor): Promise<void>;
  /** Verifies signature, expiry, revocation, that the user still exists and is enabled. Throws Unauthorized. */
  authenticate(presented: PresentedToken): Promise<Actor>;
  /** Whether what was opened with this token may stay open: an access token of a browser session stands for the session, which goes on when the token has expired. Throws Unauthorized. */
  recheck(actor: Actor, presented: PresentedToken): Promise<Actor>;
}

export interface BrowserLogin {
  readonly token: string;
  readonly expires: Date;
  readonly cookie: { readonly value: string; readonly maxAgeS: number };
  readonly actor: Actor;
}

export interface BrowserLoginService {
  /** As a login. Throws Unauthorized, RateLimited, Busy. */
  open(username: string, password: string, address: string): Promise<BrowserLogin>;
  /** A new access token, and the next cookie. A cookie that was exchanged before ends its session. Throws Unauthorized. */
  refresh(cookie: string, address: string): Promise<BrowserLogin>;
  /** Ends the session with its access tokens. No error for a cookie that is none. */
  end(cookie: string): Promise<void>;
  /** All other logins of the user end, and the registrations made by them. Throws InvalidParameter (`current`, `new`), Forbidden for a token that is no user's, RateLimited, Busy. */
  changePassword(actor: Actor, current: string, next: string, address: string): Promise<void>;
}

/** As RTCPeerConnection takes it (W3C WebRTC, RTCIceServer). */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

export interface ClientTokenRequest {
  /** Whose phone it is for; by default the actor's own. Root may write `id@domain`. */
  readonly agent?: string;
  /** Seconds; 3600 by default. */
  readonly ttlS?: number;
}

export interface ClientToken {
  /** The JWT with the voice grant (`seeds/001_a9d9437cdc2741c7.txt`); never good for a login. */
  readonly token: string;
  readonly identity: string;
  /** Epoch milliseconds, of token and password alike. */
  readonly expires: number;
  readonly sip: { readonly domain: string; readonly wssUrl: string; readonly user: string; readonly password: string; readonly iceServers: readonly IceServer[] };
}

export interface ClientTokenService {
  /** Agents and supervisors for themselves alone, others for those whom they may administer (grants.ts). Throws InvalidParameter when no agent is named and the actor is none, NotFound, Forbidden. */
  issue(actor: Actor, request: ClientTokenRequest): Promise<ClientToken>;
}
