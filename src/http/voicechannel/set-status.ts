import { z } from "zod";
import { AgentStatus } from "../../events/index.js";
import { actorOf, onAgent } from "../access.js";
import { auditStatus } from "../agent-status.js";
import type { RouteFile } from "../app-types.js";
import { AgentAddress, NoContent, text } from "../schemas.js";
import { errors } from "./schemas.js";

export const setAgentStatus: RouteFile = (app, { agents, audit, directory }) => {
  app.route({
    method: "POST",
    url: "/agents/:agentid/status",
    schema: {
      operationId: "setAgentStatus",
      tags: ["agents"],
      summary: "Set an agent's status; `inCall` is set by the system alone.",
      params: z.object({ agentid: AgentAddress }),
      body: z.object({ status: AgentStatus, reason: text(64).optional().describe("Why she is away, from the organization's list when it has one.") }),
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
};
