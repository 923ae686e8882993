/** The limit of requests a minute for one token. */
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { CallplaneError } from "../errors.js";
import type { HttpServices } from "./services.js";

export function addRateLimit(app: FastifyInstance, { config }: HttpServices): void {
  app.register(rateLimit, {
    global: true,
    // After authentication, before the body is read.
    hook: "preParsing",
    max: config.rateLimitPerMinute,
    timeWindow: 60_000,
    // The login has limits of its own, and a probe must not be refused.
    allowList: (request: { actor: unknown }) => request.actor === null,
    keyGenerator: (request) => request.actor?.tokenId ?? request.ip,
    errorResponseBuilder: (_request, { ttl }) => new CallplaneError("RateLimited", undefined, { retryAfterS: Math.ceil(ttl / 1000) }),
  });
}
