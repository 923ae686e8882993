import { z } from "zod";
import { actorOf, onAgent } from "../access.js";
import { auditStatus } from "../agent-status.js";
import type { RouteFile } from "../app-types.js";
import { AgentAddress, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const setAgentAvailable: RouteFile = (app, { agents, audit, directory }) => {
  app.route({
    method: "POST",
    url: "/agent/:agentid/status",
    schema: {
      operationId: "setAgentAvailable",
      tags: ["agents"],
      summary: "Set an agent online (available) or away.",
      params: z.object({ agentid: AgentAddress }),
      body: z.object({ available: z.boolean() }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { agentid } = request.params;
      const status = request.body.available ? "online" : "away";
      await agents.setStatus(actor, agentid, status);
      auditStatus({ audit, directory }, actor, agentid, { status, reason: null });
      return reply.send(undefined);
    },
  });
};
