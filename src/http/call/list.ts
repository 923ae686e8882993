import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { parameters } from "./parameters.js";
import { CallList, errors, prototypeOf } from "./schemas.js";

const { schema } = parameters({});

export const callList: RouteFile = (app, { calls }) => {
  app.route({
    method: "GET",
    url: "/list",
    schema: { operationId: "callList", tags: ["/call"], summary: "The live calls that the caller may see.", querystring: schema.querystring, response: { 200: CallList, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send({ status: "success", calls: calls.details(actorOf(request), {}).map(prototypeOf) });
    },
  });
};
