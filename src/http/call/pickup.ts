import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { Uuid } from "../schemas.js";
import { parameters } from "./parameters.js";
import { CallReply, callReply, errors } from "./schemas.js";

const { schema, read } = parameters({ call_id: Uuid.optional().describe("The longest waiting by default.") });

export const callPickup: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/pickup",
    schema: { operationId: "callPickup", tags: ["/call"], summary: "Take a waiting call, the longest waiting by default.", ...schema, response: { 200: CallReply, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { call_id: asked } = read(request);
      if (asked !== undefined) request.callIds.push(asked);
      const { id } = await calls.pickup(actor, asked);
      if (asked === undefined) request.callIds.push(id);
      return reply.send(callReply(calls, actor, id));
    },
  });
};
