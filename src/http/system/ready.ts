import { z } from "zod";
import { PROBE } from "../access.js";
import type { RouteFile } from "../app-types.js";

const Node = z.object({
  name: z.string(),
  state: z.enum(["connecting", "reconciling", "ready", "down", "unusable", "closed"]),
  error: z.string().nullable().describe("Why it is down or unusable."),
  since: z.string().describe("ISO 8601."),
  version: z.string(),
  stale: z.boolean().describe("Whether reads may be behind FreeSWITCH."),
});
const Readiness = z.object({ status: z.enum(["ready", "unavailable"]), nodes: z.array(Node) });

const RETRY_AFTER_S = 5;

export const ready: RouteFile = (app, { health }) => {
  app.route({
    method: "GET",
    url: "/health/ready",
    schema: {
      operationId: "ready",
      tags: ["system"],
      summary: "Whether at least one FreeSWITCH node is connected and reconciled, and the state of each.",
      response: { 200: Readiness, 503: Readiness },
    },
    config: { access: PROBE },
    async handler(_request, reply) {
      const nodes = health().map(({ name, state, error, since, version, stale }) => ({ name, state, error, since: since.toISOString(), version, stale }));
      if (nodes.some(({ state }) => state === "ready")) return reply.send({ status: "ready", nodes });
      return reply.code(503).header("retry-after", String(RETRY_AFTER_S)).send({ status: "unavailable", nodes });
    },
  });
};
