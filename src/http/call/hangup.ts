import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { Uuid } from "../schemas.js";
import { parameters } from "./parameters.js";
import { errors } from "./schemas.js";

const { schema, read } = parameters({ call_id: Uuid.optional().describe("The current call by default.") });

export const callHangup: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/hangup",
    schema: {
      operationId: "callHangup",
      tags: ["/call"],
      summary: "End a call, the current one by default.",
      ...schema,
      response: { 200: z.object({ status: z.literal("success"), call_id: z.string(), description: z.string() }), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const actor = actorOf(request);
      const id = read(request).call_id ?? calls.current(actor)?.view.id;
      if (id === undefined) throw new CallplaneError("NotFound", "No call available to hang up");
      request.callIds.push(id);
      await calls.hangup(actor, id);
      return reply.send({ status: "success", call_id: id, description: `${id} was hung up` });
    },
  });
};
