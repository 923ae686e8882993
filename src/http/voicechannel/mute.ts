import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const muteCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::mute",
    schema: { operationId: "muteCall", tags: ["calls"], summary: "Mute the agent's own leg.", params: CallParams, body: Empty, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.mute(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
