/** One step of a request: the first, and one for each redirect. */
import { createHash } from "node:crypto";
import { OUTBOUND_CODES, OutboundError } from "./errors.js";
import { withBodyDigest } from "./signature.js";
import type { Form, OutboundRequest } from "./types.js";

export interface Hop {
  /** Without fragment, user and password. */
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly form: Form | undefined;
  readonly json: string | undefined;
  readonly content: OutboundRequest["content"];
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
export const isRedirect = (status: number): boolean => REDIRECTS.has(status);

/** Headers that are for the host that they were meant for, and for no other. */
const CREDENTIALS = new Set(["authorization", "cookie", "proxy-authorization"]);

const badUrl = (): OutboundError => new OutboundError(OUTBOUND_CODES.badUrl, "url", "The URL is malformed.");

/** As it is; what is not well encoded stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Takes user and password out of the URL, into a header. */
function withoutCredentials(given: URL): { readonly url: URL; readonly headers: Readonly<Record<string, string>> } {
  const url = new URL(given);
  const { username, password } = url;
  url.username = url.password = url.hash = "";
  if (username === "" && password === "") return { url, headers: {} };
  return { url, headers: { authorization: `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}` } };
}

/** The first step, and the URL's fragment. Throws OutboundError 11100. */
export function firstHop({ url: text, method, form, json, content, headers = {} }: OutboundRequest): { readonly hop: Hop; readonly fragment: string } {
  if (!URL.canParse(text)) throw badUrl();
  const given = new URL(text);
  const { url, headers: credentials } = withoutCredentials(given);
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { hop: { url, method, form, json, content, headers: { ...named, ...credentials } }, fragment: given.hash };
}

export const encoded = (form: Form): string => new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString();

/** The URL as it is sent: with the parameters of a GET, and the digest of a signed JSON body. */
export function sentUrl({ url, method, form, json }: Hop, signed: boolean): URL {
  if (method === "POST") return signed && json !== undefined ? new URL(withBodyDigest(url.href, json)) : url;
  if (form === undefined || form.length === 0) return url;
  const sent = new URL(url);
  sent.search = `${url.search === "" ? "?" : `${url.search}&`}${encoded(form)}`;
  return sent;
}

/** Whether what was meant for one host may be sent to the other: the same one, or the same one by TLS. */
const isSameHost = (from: URL, to: URL): boolean => from.origin === to.origin || (from.hostname === to.hostname && from.protocol === "http:" && to.protocol === "https:" && from.port === "" && to.port === "");

/**
 * The step after a redirect. As browsers do (fetch.spec.whatwg.org, HTTP-redirect fetch): a POST becomes a GET without its parameters after 301, 302 and 303, and
 * stays what it is after 307 and 308. Throws OutboundError 11216 when there is no place to go to.
 */
export function afterRedirect(hop: Hop, status: number, location: string | undefined): Hop {
  if (location === undefined || !URL.canParse(location, hop.url.href)) throw new OutboundError(OUTBOUND_CODES.badRedirect, "redirect", `The server answered ${status} without a place to go to.`, { status });
  const { url, headers: credentials } = withoutCredentials(new URL(location, hop.url));
  const kept = isSameHost(hop.url, url) ? hop.headers : Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !CREDENTIALS.has(name)));
  const headers = { ...kept, ...credentials };
  if (status === 307 || status === 308) return { ...hop, url, headers };
  return { url, method: "GET", form: undefined, json: undefined, content: undefined, headers };
}

/** Whether the headers ask for the answer only if it has changed. */
export const isConditional = (headers: Hop["headers"]): boolean => headers["if-none-match"] !== undefined || headers["if-modified-since"] !== undefined;

/** What an answer is kept under: the URL, and all that the request says besides. Hashed, since it may hold a password. */
export const keyOf = (url: URL, headers: Hop["headers"]): string => createHash("sha256").update(JSON.stringify([url.href, Object.entries(headers).sort()])).digest("base64");
