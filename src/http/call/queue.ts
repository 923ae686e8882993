import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { parameters } from "./parameters.js";
import { CallList, errors, prototypeOf } from "./schemas.js";

const { schema } = parameters({});

export const callQueue: RouteFile = (app, { calls }) => {
  app.route({
    method: "GET",
    url: "/queue",
    schema: { operationId: "callQueue", tags: ["/call"], summary: "The waiting calls, the longest waiting first.", querystring: schema.querystring, response: { 200: CallList, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send({ status: "success", calls: calls.queued(actorOf(request)).map(prototypeOf) });
    },
  });
};
