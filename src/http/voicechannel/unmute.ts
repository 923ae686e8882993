import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const unmuteCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::unmute",
    schema: { operationId: "unmuteCall", tags: ["calls"], summary: "Unmute the agent's own leg.", params: CallParams, body: Empty, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.unmute(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
