import { z } from "zod";
import { actorOf, onAgent } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { AgentAddress, NoContent, text } from "../schemas.js";
import { AgentStatus, errors } from "./schemas.js";

export const setAgentStatus: RouteFile = (app, { agents }) => {
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
      await agents.setStatus(actorOf(request), request.params.agentid, request.body.status, request.body.reason);
      return reply.send(undefined);
    },
  });
};
