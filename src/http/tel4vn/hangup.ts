import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty } from "../schemas.js";
import { Success, errors } from "./schemas.js";

export const hangup: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/:id/hangup",
    schema: { operationId: "v1Hangup", tags: ["/v1/call"], summary: "End the call.", params: CallParams, body: Empty, response: { 200: Success, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      const { id } = request.params;
      await calls.hangup(actorOf(request), id);
      return reply.send({ status: "success", call_id: id });
    },
  });
};
