import { z } from "zod";
import { CONFIGURING_ROLES, actorOf, onAgent } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { AgentParams, errors } from "./schemas.js";

export const removeVoiceAgent: RouteFile = (app, { staff }) => {
  app.route({
    method: "DELETE",
    url: "/voiceagents/:agentid",
    schema: { operationId: "removeVoiceAgent", tags: ["voice agents"], summary: "Removes an agent with the login; 409 while the agent is in a call, and 409 `InUse` while a phone line points to the agent.", params: AgentParams, response: { 200: z.undefined().describe("Removed."), ...errors } },
    config: { access: onAgent(CONFIGURING_ROLES) },
    async handler(request, reply) {
      await staff.remove(actorOf(request), request.params.agentid);
      return reply.code(200).send();
    },
  });
};
