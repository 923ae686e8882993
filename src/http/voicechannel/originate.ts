import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { AgentAddress, CreatedId, PhoneTarget } from "../schemas.js";
import { userFor } from "../targets.js";
import { errors } from "./schemas.js";

const Originate = PhoneTarget.safeExtend({ agent: AgentAddress.optional().describe("Whose phone rings first; the caller's own by default. For root with its domain, `1001@example.org`.") });

export const originateCall: RouteFile = (app, { calls, directory }) => {
  app.route({
    method: "POST",
    url: "/calls",
    schema: {
      operationId: "originateCall",
      tags: ["calls"],
      summary: "Call the agent's phone, then the target.",
      body: Originate,
      response: { 201: CreatedId.describe("The new call."), ...errors },
    },
    config: { access: SIGNED_IN, idempotent: true },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { agent, type, to } = request.body;
      const { id } = await calls.originate(actor, { target: { type, to }, ...(agent === undefined ? {} : { agent: userFor(directory, actor, agent) }) });
      request.callIds.push(id);
      return reply.code(201).send({ id });
    },
  });
};
