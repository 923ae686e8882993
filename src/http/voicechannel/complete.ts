import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const completeConsult: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::complete",
    schema: { operationId: "completeConsult", tags: ["calls"], summary: "Complete the warm transfer: the customer talks to the target.", params: CallParams, body: Empty, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.completeConsult(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
