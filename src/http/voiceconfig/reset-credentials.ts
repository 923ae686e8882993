import { z } from "zod";
import { CONFIGURING_ROLES, actorOf, onAgent } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { AgentParams, errors, Sip } from "./schemas.js";

export const resetCredentials: RouteFile = (app, { staff }) => {
  app.route({
    method: "POST",
    url: "/voiceagents/:agentid/credentials",
    schema: { operationId: "resetCredentials", tags: ["voice agents"], summary: "A new password for her phone; the old one no longer fits at the next registration.", params: AgentParams, response: { 201: z.object({ sip: Sip }), ...errors } },
    config: { access: onAgent(CONFIGURING_ROLES) },
    async handler(request, reply) {
      return reply.code(201).send({ sip: await staff.resetCredentials(actorOf(request), request.params.agentid) });
    },
  });
};
