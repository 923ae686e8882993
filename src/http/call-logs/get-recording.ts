import { EVERY_ROLE, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { errors, Recording, RecordingParams, shownRecording } from "./schemas.js";

export const getRecording: RouteFile = (app, { callLogs }) => {
  app.route({
    method: "GET",
    url: "/recordings/:id",
    schema: { operationId: "getRecording", tags: ["call logs"], summary: "What is known of a recording.", params: RecordingParams, response: { 200: Recording, ...errors } },
    config: { access: { roles: EVERY_ROLE, names: { object: "recording", parameter: "id" } } },
    async handler(request, reply) {
      return reply.send(shownRecording(await callLogs.recording(actorOf(request), request.params.id)));
    },
  });
};
