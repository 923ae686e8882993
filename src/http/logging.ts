/** One line a request, without the query string, headers or body: none of them can leak a token or a password. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Metrics } from "../metrics.js";
import type { HttpServices } from "./services.js";

const SANE_REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** Paths that a pino logger should redact, wherever a line holds them by accident. */
export const REDACTED_PATHS = [
  "token", "password", "key", "*.token", "*.password", "*.key", "*.*.password",
  "authToken", "*.authToken", "previousAuthToken", "*.previousAuthToken",
  "a1", "*.a1", "credential", "*.credential", "iceServers", "*.iceServers", "*.*.iceServers",
  'headers.authorization', 'headers["x-access-token"]', 'headers["x-key"]', 'req.headers.authorization', 'req.headers["x-access-token"]', 'req.headers["x-key"]',
] as const;

/** The caller's `X-Request-Id` when it is fit for a log line, else a new one. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && SANE_REQUEST_ID.test(given) ? given : randomUUID();
}

/** Writes the line of a request that has been answered with `status`. */
export function logRequest(request: FastifyRequest, status: number, elapsedMs: number, metrics: Metrics): void {
  // A request whose path could not be routed has none of these.
  const { actor = null, refusal = null, callIds = [] } = request;
  const operation = request.routeOptions.schema?.operationId ?? (refusal === "MethodNotAllowed" ? "methodNotAllowed" : "unknown");
  metrics.requestFinished(operation, status, elapsedMs / 1000);
  request.log.info(
    {
      operation,
      method: request.method,
      // A path that matched no route says nothing about itself but its text.
      route: request.routeOptions.url ?? request.url.split("?", 1)[0]?.slice(0, 200),
      status,
      ms: Math.round(elapsedMs * 10) / 10,
      ...(actor === null ? {} : { organization: actor.organizationId, actor: actor.name }),
      ...(callIds.length === 0 ? {} : { callIds: callIds.map((id) => id.slice(0, 64)) }),
      ...(refusal === null ? {} : { refusal }),
    },
    "request",
  );
}

export function addRequestLog(app: FastifyInstance, { metrics }: Pick<HttpServices, "metrics">): void {
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-request-id", request.id);
  });
  app.addHook("onResponse", async (request, reply) => logRequest(request, reply.statusCode, reply.elapsedTime, metrics));
}
