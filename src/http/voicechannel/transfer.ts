import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, NoContent, Target } from "../schemas.js";
import { errors } from "./schemas.js";

export const transferCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::transfer",
    schema: {
      operationId: "transferCall",
      tags: ["calls"],
      summary: "Transfer the call; the caller is never lost.",
      description: "Answers when the target has answered and is bridged. On busy, no answer or refusal the call is back with the agent, and the reply is 409.",
      params: CallParams,
      body: Target,
      response: { 200: NoContent, ...errors },
    },
    config: { access: onCall(), idempotent: true },
    async handler(request, reply) {
      await calls.transfer(actorOf(request), request.params.id, request.body);
      return reply.send(undefined);
    },
  });
};
