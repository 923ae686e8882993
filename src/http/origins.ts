/** Which pages of browsers may use the API from elsewhere (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol), and whose requests may carry the session's cookie. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { CallplaneError } from "../errors.js";
import { isLoopbackName } from "./direct.js";
import type { HttpConfig } from "./services.js";

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
const REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range, X-Access-Token, X-Key, X-Request-Id";
const REPLY_HEADERS = "Accept-Ranges, Allow, Content-Disposition, Content-Range, ETag, Idempotency-Replayed, Link, Location, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id";
/** How long a browser may remember a preflight's answer. */
const PREFLIGHT_S = "600";

const pathOf = ({ url }: Pick<FastifyRequest, "url">): string => url.split("?", 1)[0] ?? "";
/** The only paths that read a cookie. */
export const readsCookies = (path: string): boolean => /^\/session(?:$|:)/.test(path);

/**
 * Answers preflights and lets the pages of `CORS_ORIGINS` read replies, refusals too. Credentials are allowed where a cookie is read, and nowhere else: every
 * other route takes a token, which a page has to hold itself. To be added before what refuses requests.
 *
 * Not by @fastify/cors: it answers preflights by an OPTIONS route for every path, which would take away the 405 of each.
 */
export function addCors(app: FastifyInstance, { corsOrigins }: Pick<HttpConfig, "corsOrigins">): void {
  if (corsOrigins.length === 0) return;
  app.addHook("onRequest", async (request, reply) => {
    const { origin } = request.headers;
    void reply.header("vary", "origin");
    if (origin === undefined || !corsOrigins.includes(origin)) return;
    void reply.header("access-control-allow-origin", origin).header("access-control-expose-headers", REPLY_HEADERS);
    if (readsCookies(pathOf(request))) void reply.header("access-control-allow-credentials", "true");
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return;
    await reply.code(204).header("access-control-allow-methods", METHODS).header("access-control-allow-headers", REQUEST_HEADERS).header("access-control-max-age", PREFLIGHT_S).send();
  });
}

/** Whether the request was made by a page of this very server, or of one in `CORS_ORIGINS`; or by no page at all. Browsers name the origin of every POST and DELETE. */
function isTrusted(request: FastifyRequest, { corsOrigins, publicUrl }: Pick<HttpConfig, "corsOrigins" | "publicUrl">): boolean {
  const { origin, host, "sec-fetch-site": site } = request.headers;
  if (origin === undefined) return site === undefined || site === "same-origin" || site === "none";
  if (corsOrigins.includes(origin) || (publicUrl !== null && new URL(publicUrl).origin === origin)) return true;
  // A proxy may have taken TLS off; a page without TLS is never this server's where TLS is known to be.
  return origin === `https://${host}` || (origin === `http://${host}` && request.protocol === "http" && (publicUrl === null || !publicUrl.startsWith("https:")));
}

/** Throws Forbidden for a request of another site's page. */
export function requireOwnOrigin(request: FastifyRequest, config: Pick<HttpConfig, "corsOrigins" | "publicUrl">): void {
  if (!isTrusted(request, config)) throw new CallplaneError("Forbidden", "This page may not log in here: its origin is neither this server's (PUBLIC_URL) nor in CORS_ORIGINS.");
}

/** Whether the browser is on this machine and asks without TLS, for which cookies that need TLS are of no use. */
export const isPlainLoopback = (request: FastifyRequest): boolean => request.protocol === "http" && isLoopbackName(request.headers.host ?? "");
