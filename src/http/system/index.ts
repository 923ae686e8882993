/** Health and metrics; the documentation is beside. */
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import { Time } from "../../events/index.js";
import { PROBE, PUBLIC } from "../access.js";
import type { Face } from "../app-types.js";
import { isDirectFromLoopback } from "../direct.js";
import { docs } from "./docs.js";

const Node = z.object({
  name: z.string(),
  state: z.enum(["connecting", "reconciling", "ready", "down", "unusable", "closed"]),
  error: z.string().nullable().describe("Why it is down or unusable."),
  since: Time,
  version: z.string(),
  stale: z.boolean().describe("Whether reads may be behind FreeSWITCH."),
}).meta({ id: "Node", description: "The connection to one FreeSWITCH." });
const Readiness = z.object({
  status: z.enum(["ready", "unavailable", "starting", "standby", "stopping"]).describe("standby: another process has the nodes, and this one waits; its nodes then are `name` and `owner` alone."),
  reason: z.string().nullable().describe("Why it is not ready."),
  nodes: z.array(Node),
}).meta({ id: "Readiness" });

const RETRY_AFTER_S = 5;

const digest = (value: string): Buffer => createHash("sha256").update(value).digest();

const tags = ["system"];

export const system: Face = (app, { config, health, metrics, databaseTrouble = () => null }) => {
  app.route({
    method: "GET",
    url: "/health/live",
    serializerCompiler: () => (data) => JSON.stringify(data),
    schema: { operationId: "live", tags, summary: "Whether the process answers.", response: { 200: z.object({ status: z.literal("ok") }) } },
    config: { access: PROBE },
    async handler(_request, reply) {
      return reply.send({ status: "ok" });
    },
  });

  app.route({
    method: "GET",
    url: "/health/ready",
    schema: {
      operationId: "ready",
      tags,
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

  const metricsToken = config.metricsToken === null ? null : digest(config.metricsToken);
  app.route({
    method: "GET",
    url: "/metrics",
    schema: {
      operationId: "metrics",
      tags,
      summary: "Prometheus metrics. Public to a direct connection from loopback; elsewhere, and behind a proxy, METRICS_TOKEN is needed as the bearer.",
      response: { 200: { description: "Prometheus text.", content: { "text/plain": { schema: z.string() } } } },
    },
    config: { refuses: [401], access: { ...PUBLIC, credential: "metricsToken" } },
    async handler(request, reply) {
      if (!isDirectFromLoopback(request)) {
        const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
        if (metricsToken === null || given === undefined || !timingSafeEqual(digest(given), metricsToken)) throw new CallplaneError("Unauthorized");
      }
      return reply.type(metrics.contentType).send(await metrics.render());
    },
  });

  docs(app);
};
