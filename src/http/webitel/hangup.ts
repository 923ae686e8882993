import { z } from "zod";
import { hangupCause } from "../../freeswitch/index.js";
import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, word } from "../schemas.js";
import { Info, errors, ok } from "./schemas.js";

export const hangupChannel: RouteFile = (app, { calls }) => {
  app.route({
    method: "DELETE",
    url: "/:id",
    schema: {
      operationId: "hangupChannel",
      tags: ["/api/v2/channels"],
      summary: "Hang up the channel.",
      params: CallParams,
      querystring: z.object({ cause: word(hangupCause).optional().describe("A hangup cause of FreeSWITCH's table; NORMAL_CLEARING by default.") }),
      response: { 200: Info, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.hangupChannel(actorOf(request), request.params.id, request.query.cause);
      return reply.send(ok());
    },
  });
};
