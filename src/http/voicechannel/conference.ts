import { z } from "zod";
import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, NoContent, PhoneTarget } from "../schemas.js";
import { errors } from "./schemas.js";

export const conference: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::conference",
    schema: {
      operationId: "conference",
      tags: ["calls"],
      summary: "Add a third party to the call.",
      params: CallParams,
      body: z.object({ add: PhoneTarget }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.conference(actorOf(request), request.params.id, request.body.add);
      return reply.send(undefined);
    },
  });
};
