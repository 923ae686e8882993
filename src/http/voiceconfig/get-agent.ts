import { SUPERVISING_ROLES, actorOf, onAgent } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { Agent, AgentParams, errors, shownAgent } from "./schemas.js";

export const getVoiceAgent: RouteFile = (app, { staff }) => {
  app.route({
    method: "GET",
    url: "/voiceagents/:agentid",
    schema: { operationId: "getVoiceAgent", tags: ["voice agents"], summary: "One agent.", params: AgentParams, response: { 200: Agent, ...errors } },
    config: { access: onAgent(SUPERVISING_ROLES) },
    async handler(request, reply) {
      return reply.send(shownAgent(staff.get(actorOf(request), request.params.agentid)));
    },
  });
};
