import { actorOf, onCall } from "../access.js";
import { Call } from "../../events/index.js";
import type { RouteFile } from "../app-types.js";
import { CallParams } from "../schemas.js";
import { errors } from "./schemas.js";

export const getCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "GET",
    url: "/calls/:id(^[^:]+)",
    schema: { operationId: "getCall", tags: ["calls"], summary: "One live call.", params: CallParams, response: { 200: Call, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      return reply.send(calls.get(actorOf(request), request.params.id).view);
    },
  });
};
