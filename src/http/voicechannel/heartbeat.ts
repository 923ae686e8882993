import { z } from "zod";
import { actorOf, onAgent } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { AgentAddress, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const agentHeartbeat: RouteFile = (app, { agents }) => {
  app.route({
    method: "POST",
    url: "/agents/:agentid/heartbeats",
    schema: {
      operationId: "agentHeartbeat",
      tags: ["agents"],
      summary: "Say that the agent's console is there; without it she becomes offline.",
      params: z.object({ agentid: AgentAddress }),
      body: Empty,
      response: { 200: NoContent, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      await agents.heartbeat(actorOf(request), request.params.agentid);
      return reply.send(undefined);
    },
  });
};
