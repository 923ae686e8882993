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
const Readiness = z.object({
  status: z.enum(["ready", "unavailable", "starting", "standby", "stopping"]).describe("standby: another process has the nodes, and this one waits; its nodes then are `name` and `owner` alone."),
  reason: z.string().nullable().describe("Why it is not ready."),
  nodes: z.array(Node),
});

const RETRY_AFTER_S = 5;

export const ready: RouteFile = (app, { health, databaseTrouble = () => null }) => {
  app.route({
    method: "GET",
    url: "/health/ready",
    schema: {
      operationId: "ready",
      tags: ["system"],
      summary: "Whether at least one FreeSWITCH node is connected and reconciled, and the database can be written; the state of each node.",
      response: { 200: Readiness, 503: Readiness },
    },
    config: { access: PROBE },
    async handler(_request, reply) {
      const nodes = health().map(({ name, state, error, since, version, stale }) => ({ name, state, error, since: since.toISOString(), version, stale }));
      const reason = databaseTrouble() ?? (nodes.some(({ state }) => state === "ready") ? null : "No FreeSWITCH is reachable.");
      if (reason === null) return reply.send({ status: "ready", reason, nodes });
      return reply.code(503).header("retry-after", String(RETRY_AFTER_S)).send({ status: "unavailable", reason, nodes });
    },
  });
};
