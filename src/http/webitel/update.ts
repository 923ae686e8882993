import { z } from "zod";
import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams } from "../schemas.js";
import { Info, errors, ok } from "./schemas.js";

export const updateChannel: RouteFile = (app, { calls }) => {
  app.route({
    method: "PUT",
    url: "/:id",
    schema: {
      operationId: "updateChannel",
      tags: ["/api/v2/channels"],
      summary: "Hold or unhold the call of the channel.",
      params: CallParams,
      body: z.object({ state: z.enum(["hold", "unhold"]) }),
      response: { 200: Info, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      const { id } = request.params;
      if (request.body.state === "hold") await calls.hold(actorOf(request), id);
      else await calls.resume(actorOf(request), id);
      return reply.send(ok("Success"));
    },
  });
};
