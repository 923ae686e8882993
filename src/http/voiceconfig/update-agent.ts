import { z } from "zod";
import { CONFIGURING_ROLES, actorOf, onAgent } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { Agent, AgentFields, AgentParams, errors, Extension, shownAgent, Sip } from "./schemas.js";

const Body = z.strictObject({ extension: Extension.optional().describe("With another one she gets new credentials."), ...AgentFields });

export const updateVoiceAgent: RouteFile = (app, { staff }) => {
  app.route({
    method: "PUT",
    url: "/voiceagents/:agentid",
    schema: {
      operationId: "updateVoiceAgent",
      tags: ["voice agents"],
      summary: "Changes what is given of an agent.",
      params: AgentParams,
      body: Body,
      response: { 200: Agent.extend({ sip: Sip.nullable().describe("New credentials, when the extension changed.") }), ...errors },
    },
    config: { access: onAgent(CONFIGURING_ROLES) },
    async handler(request, reply) {
      const { agent, sip } = await staff.update(actorOf(request), request.params.agentid, present(request.body));
      return reply.send({ ...shownAgent(agent), sip });
    },
  });
};
