/** Agents and their status. */
import { z } from "zod";
import { AFTER, AGENT_SORTS, LONGEST_WRAP_UP_MS } from "../../agents/index.js";
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
      description:
        "`offline` is at once, always. During a call `online` and `away` follow it, and the wrap-up of its department where there is one: the agent's `next` shows it. `after: call` has them follow the call alone, without a wrap-up. During a wrap-up they are at once and end it; `after: wrapUp` has them follow it. `after` counts for nothing where neither lasts. A further request takes the place of the one that waits; `DELETE …/next` withdraws it.",
      params: Params,
      body: z.strictObject({ status: AgentStatus, reason: text(64).optional().describe("Why the agent is away, from the organization's list when it has one, or as it waits in `next`."), after: z.enum(AFTER).optional().describe("What `online` or `away` waits for: the end of the call alone (`call`), or of the wrap-up too (`wrapUp`). Default: `wrapUp` during a call, nothing during a wrap-up.") }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { agentid } = request.params;
      const { status, reason, after } = request.body;
      await agents.setStatus(actor, agentid, present({ status, reason, after }));
      auditStatus({ audit, directory }, actor, agentid, { status, reason: reason ?? null });
      return reply.send(undefined);
    },
  });

  app.route({
    method: "DELETE",
    url: "/agents/:agentid/next",
    schema: {
      operationId: "withdrawAgentNext",
      tags,
      summary: "Withdraw the status that was asked for and waits (`next`).",
      description: "The status before the call follows then. Answers the agent; 409 when nothing waits any more.",
      params: Params,
      response: { 200: Agent, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const agent = await agents.withdrawNext(actor, request.params.agentid);
      auditStatus({ audit, directory }, actor, request.params.agentid, { withdrawn: true });
      return reply.send(agent);
    },
  });

  app.route({
    method: "POST",
    url: "/agents/:agentid/wrapup::extend",
    schema: {
      operationId: "extendAgentWrapUp",
      tags,
      summary: "Lengthen the agent's wrap-up.",
      description: `To ${LONGEST_WRAP_UP_MS / 60_000} minutes in all, from its beginning. Answers the agent; 409 beyond that, in no wrap-up, and in one that lasts until the agent ends it.`,
      params: Params,
      body: z.strictObject({ byS: z.int().min(1).max(LONGEST_WRAP_UP_MS / 1000).describe("Seconds to be added to its end.") }),
      response: { 200: Agent, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { byS } = request.body;
      const agent = await agents.extendWrapUp(actor, request.params.agentid, byS);
      auditStatus({ audit, directory }, actor, request.params.agentid, { wrapUpByS: byS });
      return reply.send(agent);
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
