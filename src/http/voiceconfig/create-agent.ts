import { z } from "zod";
import { CONFIGURING_ROLES, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { text } from "../schemas.js";
import { Agent, AgentFields, errors, Extension, OrganizationQuery, shownAgent, Sip } from "./schemas.js";

const Body = z.strictObject({
  extension: Extension,
  id: Extension.optional().describe("The agent id; by default the extension."),
  ...AgentFields,
  username: text(64).optional().describe("Makes a login for her, with `password`."),
  password: text(1024).optional(),
  role: z.enum(["agent", "supervisor"]).optional().describe("Of the login; `agent` by default."),
});

export const createVoiceAgent: RouteFile = (app, { staff }) => {
  app.route({
    method: "POST",
    url: "/voiceagents",
    schema: {
      operationId: "createVoiceAgent",
      tags: ["voice agents"],
      summary: "Makes an agent, and the credentials of her phone.",
      querystring: OrganizationQuery,
      body: Body,
      response: { 201: Agent.extend({ sip: Sip }), ...errors },
    },
    config: { access: { roles: CONFIGURING_ROLES } },
    async handler(request, reply) {
      const { agent, sip } = await staff.create(actorOf(request), present(request.body), request.query.domain);
      return reply.code(201).send({ ...shownAgent(agent), sip });
    },
  });
};
