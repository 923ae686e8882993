import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, Empty, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const pickupCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::pickup",
    schema: {
      operationId: "pickupCall",
      tags: ["calls"],
      summary: "Take a waiting or ringing call on the own phone.",
      params: CallParams,
      body: Empty,
      response: { 200: NoContent, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.pickup(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
