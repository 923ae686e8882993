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
  /** The JWT with the voice grant (seed 001); never good for a login. */
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
