import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const parkCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::park",
    schema: { operationId: "parkCall", tags: ["calls"], summary: "Park the call; it waits without limit by default.", params: CallParams, body: Empty, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.park(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
