import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import { PUBLIC } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { isDirectFromLoopback } from "../direct.js";

const digest = (value: string): Buffer => createHash("sha256").update(value).digest();

/** Public to a direct connection from loopback; elsewhere, and behind a proxy, it needs METRICS_TOKEN as the bearer (CONTRACT: Credentials). */
export const metrics: RouteFile = (app, services) => {
  const expected = services.config.metricsToken === null ? null : digest(services.config.metricsToken);
  app.route({
    method: "GET",
    url: "/metrics",
    schema: {
      operationId: "metrics",
      tags: ["system"],
      summary: "Prometheus metrics.",
      response: { 200: { description: "Prometheus text.", content: { "text/plain": { schema: z.string() } } } },
    },
    config: { access: PUBLIC },
    async handler(request, reply) {
      if (!isDirectFromLoopback(request)) {
        const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
        if (expected === null || given === undefined || !timingSafeEqual(digest(given), expected)) throw new CallplaneError("Unauthorized");
      }
      return reply.type(services.metrics.contentType).send(await services.metrics.render());
    },
  });
};
