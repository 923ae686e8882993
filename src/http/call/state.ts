import { z } from "zod";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { Uuid } from "../schemas.js";
import { parameters } from "./parameters.js";
import { Identified, Prototype, STATUS_WORD, errors, identifiedOf, prototypeOf } from "./schemas.js";

const { schema, read } = parameters({ call_id: Uuid });

export const callState: RouteFile = (app, { calls }) => {
  app.route({
    method: "GET",
    url: "/state",
    schema: {
      operationId: "callState",
      tags: ["/call"],
      summary: "The state of a call.",
      querystring: schema.querystring,
      response: { 200: z.object({ call: Prototype.extend(Identified.shape) }), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { call_id: id } = read(request);
      request.callIds.push(id);
      const call = calls.get(actorOf(request), id);
      return reply.send({ call: { ...prototypeOf(call), ...identifiedOf(call, STATUS_WORD[call.view.state]) } });
    },
  });
};
