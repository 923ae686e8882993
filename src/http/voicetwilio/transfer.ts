import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, NoContent, Target } from "../schemas.js";
import { errors } from "./schemas.js";

export const transferTwilioCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::transfer",
    schema: { operationId: "transferTwilioCall", tags: ["calls"], summary: "Transfer the call; the caller is never lost.", params: CallParams, body: Target, response: { 200: NoContent, ...errors } },
    config: { access: onCall(), idempotent: true },
    async handler(request, reply) {
      await calls.transfer(actorOf(request), request.params.id, request.body);
      return reply.send(undefined);
    },
  });
};
