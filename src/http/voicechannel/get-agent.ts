import { z } from "zod";
import { Agent } from "../../events/index.js";
import { actorOf, onAgent } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { AgentAddress } from "../schemas.js";
import { errors } from "./schemas.js";

export const getAgent: RouteFile = (app, { agents }) => {
  app.route({
    method: "GET",
    url: "/agents/:agentid",
    schema: { operationId: "getAgent", tags: ["agents"], summary: "One agent.", params: z.object({ agentid: AgentAddress }), response: { 200: Agent, ...errors } },
    config: { access: onAgent() },
    async handler(request, reply) {
      return reply.send(agents.get(actorOf(request), request.params.agentid));
    },
  });
};
