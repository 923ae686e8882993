import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const holdTwilioCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::onhold",
    schema: { operationId: "holdTwilioCall", tags: ["calls"], summary: "Hold the call: the customer hears music.", params: CallParams, body: Empty, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.hold(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
