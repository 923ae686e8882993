import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const resumeTwilioCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::resume",
    schema: { operationId: "resumeTwilioCall", tags: ["calls"], summary: "Resume the held call.", params: CallParams, body: Empty, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.resume(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
