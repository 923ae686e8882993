import { z } from "zod";
import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, NoContent, Uuid } from "../schemas.js";
import { errors } from "./schemas.js";

export const bridgeCalls: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::bridge",
    schema: {
      operationId: "bridgeCalls",
      tags: ["calls"],
      summary: "Join two calls; the older customer's id stays.",
      params: CallParams,
      body: z.object({ with: Uuid }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      const { id } = request.params;
      request.callIds.push(request.body.with);
      await calls.bridge(actorOf(request), id, request.body.with);
      return reply.send(undefined);
    },
  });
};
