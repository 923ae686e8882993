/** `X-Twilio-Signature` (twilio.com/docs/usage/security): base64 of HMAC-SHA1, keyed with the auth token, of the URL and the form's names and values. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Form } from "./types.js";

export const SIGNATURE_HEADER = "x-twilio-signature";

const PORTS: Readonly<Record<string, string>> = { "http:": ":80", "https:": ":443", "ws:": ":80", "wss:": ":443" };

/** Sorted by name; a name's values are made unique and sorted. Nothing is encoded, and nothing separates them. */
function joined(form: Form): string {
  const names = [...new Set(form.map(([name]) => name))].sort();
  return names.map((name) => [...new Set(form.filter((field) => field[0] === name).map((field) => field[1]))].sort().map((value) => name + value).join("")).join("");
}

/**
 * The signature of a request. The URL is that of the request line, with scheme, host, port as it stands there, path and query, without fragment and without user and
 * password. A GET and a WebSocket's handshake have no form: the URL alone is signed, as it is for a JSON body, whose digest stands in the query (`withBodyDigest`).
 */
export function signature(authToken: string, url: string, form: Form = []): string {
  return createHmac("sha1", authToken).update(url + joined(form), "utf8").digest("base64");
}

const digestOf = (body: string): string => createHash("sha256").update(body, "utf8").digest("hex");

/** The URL of a request whose body is JSON: its digest is in the query. */
export function withBodyDigest(url: string, body: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}bodySHA256=${digestOf(body)}`;
}

const same = (a: string, b: string): boolean => {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
};

/** The URL as it stands, without its port, and with the port of its scheme: what is in front of a server may add it or take it away. */
function variants(url: string): readonly string[] {
  const [, scheme = "", authority = "", rest = ""] = /^([a-z][a-z0-9+.-]*:)\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (scheme === "") return [url];
  const host = authority.replace(/^.*@/s, "");
  const bare = host.replace(/:\d*$/, "");
  return [...new Set([host, bare, `${bare}${PORTS[scheme.toLowerCase()] ?? ""}`])].map((each) => `${scheme}//${each}${rest.replace(/#.*$/s, "")}`);
}

export interface SignedRequest {
  /** The URL as whoever signed it saw it. */
  readonly url: string;
  /** Of a form POST; empty for anything else. */
  readonly form?: Form;
  /** A body that is no form, as it came: its digest must be the query's `bodySHA256`. */
  readonly body?: string;
  /** `X-Twilio-Signature`. */
  readonly signature: string | undefined;
}

/** Whether one of the auth tokens has signed the request: the present one and, for as long as it is good, the one before. */
export function verifySignature(authTokens: readonly string[], { url, form = [], body, signature: given }: SignedRequest): boolean {
  if (given === undefined || given === "") return false;
  if (body !== undefined) {
    const digest = URL.canParse(url) ? new URL(url).searchParams.get("bodySHA256") : null;
    if (digest === null || !same(digest.toLowerCase(), digestOf(body))) return false;
  }
  const signed = body === undefined ? form : [];
  return authTokens.some((token) => variants(url).some((variant) => same(given, signature(token, variant, signed))));
}
