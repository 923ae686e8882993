import { z } from "zod";
import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams } from "../schemas.js";
import { Legs, Success, errors } from "./schemas.js";

/** How long the other leg waits for a transfer, as seed 004 says. */
const PARK_SECONDS = 10;

export const parkLeg: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/:id/park",
    schema: {
      operationId: "v1Park",
      tags: ["/v1/call"],
      summary: `Drop the named leg; the other waits ${PARK_SECONDS} s for a transfer, then ends.`,
      params: CallParams,
      body: z.object({ legs: Legs }),
      response: { 200: Success, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      const { id } = request.params;
      await calls.parkLeg(actorOf(request), id, request.body.legs, PARK_SECONDS);
      return reply.send({ status: "success", call_id: id });
    },
  });
};
