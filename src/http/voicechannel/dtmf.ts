import { z } from "zod";
import { dtmfDigits } from "../../freeswitch/index.js";
import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, NoContent, word } from "../schemas.js";
import { errors } from "./schemas.js";

export const sendDigits: RouteFile = (app, { calls }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::dtmf",
    schema: {
      operationId: "sendDigits",
      tags: ["calls"],
      summary: "Send keypad digits to the far end.",
      params: CallParams,
      body: z.object({ digits: word(dtmfDigits).describe("0 to 9, *, #, A to D; `w` and `W` pause 0.5 s and 1 s.") }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.dtmf(actorOf(request), request.params.id, request.body.digits);
      return reply.send(undefined);
    },
  });
};
