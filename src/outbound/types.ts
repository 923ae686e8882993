import type { CookieJar } from "./cookies.js";

/** Names and values of a form, in their order; a name may come several times. */
export type Form = readonly (readonly [name: string, value: string])[];

export interface OutboundLimits {
  /** Milliseconds until the connection is there, TLS included, for each attempt. */
  readonly connectMs: number;
  readonly connectAttempts: number;
  /** Milliseconds between two packets of the answer, and until its first one. */
  readonly readMs: number;
  /** Milliseconds for everything together, attempts and redirects included. */
  readonly totalMs: number;
  /** Of the answer's body, decompressed. */
  readonly maxBytes: number;
  readonly redirects: number;
}

export interface OutboundRequest {
  /** http or https. `user:password@` is sent as HTTP Basic. Its fragment may hold Twilio's connection overrides (`#ct=2000&rc=2&rp=all`), and is never sent. */
  readonly url: string;
  readonly method: "GET" | "POST";
  /** The body of a POST, added to the query of a GET. */
  readonly form?: Form;
  /** The body of a POST, instead of a form. */
  readonly json?: string;
  /** The body of a POST of another kind, instead of a form; its type is the `Content-Type`. A signature does not cover it. */
  readonly content?: { readonly type: string; readonly bytes: Buffer };
  readonly headers?: Readonly<Record<string, string>>;
  /** A redirect by which a POST would become a GET without its body is refused. */
  readonly keepsMethod?: boolean;
  /** An auth token: the request carries `X-Twilio-Signature`. */
  readonly signWith?: string;
  /** Sent where they belong, and kept as the answer says. */
  readonly cookies?: Pick<CookieJar, "headerFor" | "keep">;
  readonly limits?: Partial<OutboundLimits>;
  readonly signal?: AbortSignal;
}

export interface OutboundHeaders {
  /** Several of one name are joined with a comma; null: there is none. */
  get(name: string): string | null;
}

export interface OutboundResponse {
  /** 200 to 299; 304 when the request itself was conditional. */
  readonly status: number;
  readonly headers: OutboundHeaders;
  /** Decompressed. */
  readonly body: Buffer;
  /** After redirects, without user and password: what relative URLs in the answer are relative to. */
  readonly url: string;
}
