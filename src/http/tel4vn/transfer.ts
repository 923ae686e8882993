import { z } from "zod";
import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams } from "../schemas.js";
import { Extension, Legs, SuccessWithExtension, errors } from "./schemas.js";

export const transferLeg: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/:id/transfer",
    schema: {
      operationId: "v1Transfer",
      tags: ["/v1/call"],
      summary: "Move the named leg to an extension; the other leg is released after the bridge.",
      params: CallParams,
      body: z.object({ ext: Extension, legs: Legs }),
      response: { 200: SuccessWithExtension, ...errors },
    },
    config: { access: onCall(), idempotent: true },
    async handler(request, reply) {
      const { id } = request.params;
      const { ext, legs } = request.body;
      await calls.transferLeg(actorOf(request), id, legs, { type: "client", to: ext });
      return reply.send({ status: "success", call_id: id, ext });
    },
  });
};
