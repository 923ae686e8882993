import { z } from "zod";
import { SUPERVISING_ROLES, actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { AgentId, CallParams, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const superviseCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::supervise",
    schema: {
      operationId: "superviseCall",
      tags: ["supervision"],
      summary: "Listen, whisper, barge, or stop.",
      description: "Another mode for the same supervisor switches live, on the same leg. Each mode is a permission of its own.",
      params: CallParams,
      body: z.object({
        mode: z.enum(["listen", "whisper", "barge", "off"]).default("listen").describe("Listening is the start unless asked otherwise."),
        agent: AgentId.optional().describe("Whose phone listens; the caller's own by default."),
        target: AgentId.optional().describe("Which agent's leg, when the call has several."),
      }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onCall(SUPERVISING_ROLES) },
    async handler(request, reply) {
      const { mode, agent, target } = request.body;
      await calls.supervise(actorOf(request), request.params.id, { mode, ...(agent === undefined ? {} : { agent }), ...(target === undefined ? {} : { target }) });
      return reply.send(undefined);
    },
  });
};
