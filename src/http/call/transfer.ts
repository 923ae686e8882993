import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { Uuid } from "../schemas.js";
import { parameters } from "./parameters.js";
import { Identified, errors, identifiedOf } from "./schemas.js";

const { schema, read } = parameters({ source: Uuid });

export const transferToSource: RouteFile = (app, { calls }) => {
  app.route({
    method: "GET",
    url: "/transfer",
    // HEAD must not join calls.
    exposeHeadRoute: false,
    schema: {
      operationId: "callTransfer",
      tags: ["/call"],
      summary: "Join the agent's current call, which must be outbound, with another.",
      querystring: schema.querystring,
      response: { 200: z.object({ status: z.literal("success"), source_call: Identified, destination_call: Identified }), 400: z.object({ status: z.string(), description: z.string() }), ...errors },
    },
    config: { access: SIGNED_IN, idempotent: true },
    async handler(request, reply) {
      const { source: sourceId } = read(request);
      request.callIds.push(sourceId);
      try {
        const { source, destination } = await calls.joinCurrent(actorOf(request), sourceId);
        request.callIds.push(destination.view.id);
        return await reply.send({ status: "success", source_call: identifiedOf(source, "bridged"), destination_call: identifiedOf(destination, "bridged") });
      } catch (error) {
        // The seed tells what the calls' state forbids as 400 with its own status.
        if (!(error instanceof CallplaneError) || error.status !== 409) throw error;
        request.refusal = error.code;
        return reply.code(400).send({ status: "bridge failed", description: error.message });
      }
    },
  });
};
