import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import { SUPERVISING_ROLES, actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams, word } from "../schemas.js";
import { userAddress, userFor } from "../targets.js";
import { Info, errors, ok } from "./schemas.js";

export const eavesdropChannel: RouteFile = (app, { calls, directory }) => {
  app.route({
    method: "POST",
    url: "/:id/eavesdrop",
    schema: {
      operationId: "eavesdropChannel",
      tags: ["/api/v2/channels"],
      summary: "Listen to the call of the channel.",
      params: CallParams,
      body: z.object({ user: word(userAddress).describe("Whose phone listens, `201` or `201@domain`.") }),
      response: { 200: Info, ...errors },
    },
    config: { access: onCall(SUPERVISING_ROLES) },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { id } = request.params;
      // Another organization's call is told before anything about the user.
      calls.get(actor, id);
      const [agent = ""] = userFor(directory, actor, request.body.user).split("@", 1);
      const leg = await calls.supervise(actor, id, { mode: "listen", agent });
      if (leg === null) throw new CallplaneError("Internal");
      return reply.send(ok(leg.id));
    },
  });
};
