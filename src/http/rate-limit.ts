/** The limits of requests a minute: of the holder of a token, and of an address without a good token. */
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { holderOf } from "../calls/index.js";
import { CallplaneError } from "../errors.js";
import { addressGroup } from "../security/index.js";
import type { HttpServices } from "./services.js";

const WINDOW_MS = 60_000;
/** How many counts are kept; the least recently used gives way. */
const MAX_KEYS = 20_000;

const exceeded = (ttlMs: number): CallplaneError => new CallplaneError("RateLimited", undefined, { retryAfterS: Math.ceil(ttlMs / 1000) });

/** Counts a request without a good token. Throws RateLimited when its address has reached the limit. */
export type CountStranger = (request: FastifyRequest) => Promise<void>;

export function addRateLimit(app: FastifyInstance, { config }: HttpServices): CountStranger {
  app.register(rateLimit, {
    global: true,
    // After authentication, before the body is read.
    hook: "preParsing",
    max: config.rateLimitPerMinute,
    timeWindow: WINDOW_MS,
    cache: MAX_KEYS,
    // Requests without a token are counted by address, below.
    allowList: (request: { actor: unknown }) => request.actor === null,
    keyGenerator: (request) => (request.actor === null ? "" : holderOf(request.actor)),
    errorResponseBuilder: (_request, { ttl }) => exceeded(ttl),
  });
  let count: ReturnType<FastifyInstance["createRateLimit"]> | null = null;
  return async (request) => {
    count ??= app.createRateLimit({ allowList: () => false, max: config.rateLimitPerMinute, timeWindow: WINDOW_MS, keyGenerator: ({ ip }) => `address ${addressGroup(ip)}` });
    const outcome = await count(request);
    if (!outcome.isAllowed && outcome.isExceeded) throw exceeded(outcome.ttl);
  };
}
