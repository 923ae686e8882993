import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const hangupCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::hangup",
    schema: { operationId: "hangupCall", tags: ["calls"], summary: "End the call; an agent who is rung declines it.", params: CallParams, body: Empty, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.hangup(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
