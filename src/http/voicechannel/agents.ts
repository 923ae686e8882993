/** Agents and their status. */
import { z } from "zod";
import { AGENT_SORTS } from "../../agents/index.js";
import { Agent, AgentStatus, Time } from "../../events/index.js";
import { queueName } from "../../freeswitch/index.js";
import { SIGNED_IN, actorOf, onAgent } from "../access.js";
import { auditStatus } from "../agent-status.js";
import type { HttpApp } from "../app-types.js";
import { present } from "../../present.js";
import { AgentAddress, Empty, NoContent, PageQuery, errors, next, text, total, word } from "../schemas.js";
import type { HttpServices } from "../services.js";
import { searchedPage } from "../voiceconfig/listing.js";

const tags = ["agents"];
const Params = z.object({ agentid: AgentAddress });

const StatusHistory = z.object({
  items: z.array(z.object({ status: AgentStatus, reason: z.string().nullable(), since: Time, cause: z.string().describe("`request`, `request:<name>` when somebody else asked, `call`, `heartbeat`, `registration`, `directory` or `system`.") })).readonly(),
});

export function agentRoutes(app: HttpApp, { agents, audit, directory }: HttpServices): void {
  app.route({
    method: "GET",
    url: "/agents",
    serializerCompiler: () => (data) => JSON.stringify(data),
    schema: {
      operationId: "listAgents",
      tags,
      summary: "The agents that the token may see.",
      querystring: z.strictObject({ ...searchedPage(AGENT_SORTS), status: AgentStatus.optional(), department: word(queueName).optional().describe("Those who serve this department.") }),
      response: { 200: z.object({ items: z.array(Agent).readonly(), total, next }), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send(agents.list(actorOf(request), present(request.query)));
    },
  });

  app.route({
    method: "GET",
    url: "/agents/:agentid",
    schema: { operationId: "getAgent", tags, summary: "One agent.", params: Params, response: { 200: Agent, ...errors } },
    config: { access: onAgent() },
    async handler(request, reply) {
      return reply.send(agents.get(actorOf(request), request.params.agentid));
    },
  });

  app.route({
    method: "POST",
    url: "/agents/:agentid/status",
    schema: {
      operationId: "setAgentStatus",
      tags,
      summary: "Set an agent's status; `inCall` is set by the system alone.",
      params: Params,
      body: z.strictObject({ status: AgentStatus, reason: text(64).optional().describe("Why the agent is away, from the organization's list when it has one.") }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { agentid } = request.params;
      const { status, reason } = request.body;
      await agents.setStatus(actor, agentid, status, reason);
      auditStatus({ audit, directory }, actor, agentid, { status, reason: reason ?? null });
      return reply.send(undefined);
    },
  });

  app.route({
    method: "GET",
    url: "/agents/:agentid/history",
    schema: {
      operationId: "agentHistory",
      tags,
      summary: "Every status that the agent had, newest first; kept for 90 days.",
      params: Params,
      querystring: z.strictObject({ since: z.iso.datetime({ offset: true }).transform((at) => new Date(at)).optional().describe("Only what began then or later, ISO 8601."), limit: PageQuery.limit }),
      response: { 200: StatusHistory, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      return reply.send({ items: await agents.history(actorOf(request), request.params.agentid, present(request.query)) });
    },
  });

  app.route({
    method: "POST",
    url: "/agents/:agentid/heartbeats",
    schema: {
      operationId: "agentHeartbeat",
      tags,
      summary: "Say that the agent's console is there; without it the agent becomes offline.",
      params: Params,
      body: Empty,
      response: { 200: NoContent, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      await agents.heartbeat(actorOf(request), request.params.agentid);
      return reply.send(undefined);
    },
  });
}
