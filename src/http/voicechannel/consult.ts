import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, CreatedId, PhoneTarget } from "../schemas.js";
import { errors } from "./schemas.js";

export const consult: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::consult",
    schema: {
      operationId: "consult",
      tags: ["calls"],
      summary: "Begin a warm transfer: the customer is on hold, the agent talks to the target.",
      params: CallParams,
      body: PhoneTarget,
      response: { 201: CreatedId.describe("The consultation leg, answered."), ...errors },
    },
    config: { access: onCall(), idempotent: true },
    async handler(request, reply) {
      const { id } = await calls.consult(actorOf(request), request.params.id, request.body);
      return reply.code(201).send({ id });
    },
  });
};
