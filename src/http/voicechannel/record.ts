import { z } from "zod";
import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, CreatedId, NoContent } from "../schemas.js";
import { errors } from "./schemas.js";

export const recordCall: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::record",
    schema: {
      operationId: "recordCall",
      tags: ["calls"],
      summary: "Start, stop, pause or resume recording the call.",
      params: CallParams,
      body: z.object({ action: z.enum(["start", "stop", "pause", "resume"]) }),
      response: { 200: NoContent, 201: CreatedId.describe("The recording that was started."), ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      const recording = await calls.record(actorOf(request), request.params.id, request.body.action);
      return recording === null ? reply.code(200).send() : reply.code(201).send({ id: recording.id });
    },
  });
};
