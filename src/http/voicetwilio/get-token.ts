import { z } from "zod";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { AgentAddress } from "../schemas.js";
import { ClientToken, errors, MAX_TTL_S, MIN_TTL_S, TTL_TEXT } from "./schemas.js";

const OUT_OF_RANGE = `is not a whole number from ${MIN_TTL_S} to ${MAX_TTL_S}.`;

const Query = z.strictObject({
  agent: AgentAddress.optional(),
  // Coerced alone, an empty string would be 0.
  ttlS: z.string().regex(/^\d{1,5}$/, OUT_OF_RANGE).transform(Number).refine((value) => value >= MIN_TTL_S && value <= MAX_TTL_S, OUT_OF_RANGE).optional().describe(TTL_TEXT),
});

/** The seed has it under both names. */
export const getClientToken: RouteFile = (app, { clientTokens }) => {
  for (const [url, operationId] of [["/token", "getClientToken"], ["/tokens", "getClientTokens"]] as const) {
    app.route({
      method: "GET",
      url,
      schema: { operationId, tags: ["client tokens"], summary: "A short-lived credential with which a browser or softphone registers.", querystring: Query, response: { 200: ClientToken, ...errors } },
      config: { access: SIGNED_IN },
      async handler(request, reply) {
        return reply.send(await clientTokens.issue(actorOf(request), present(request.query)));
      },
    });
  }
};
