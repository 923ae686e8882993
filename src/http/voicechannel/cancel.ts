import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const cancelConsult: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::cancel",
    schema: { operationId: "cancelConsult", tags: ["calls"], summary: "Cancel the warm transfer: the customer talks to the agent again.", params: CallParams, body: Empty, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.cancelConsult(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
