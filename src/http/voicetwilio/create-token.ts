import { z } from "zod";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { AgentAddress } from "../schemas.js";
import { ClientToken, errors, MAX_TTL_S, MIN_TTL_S, TTL_TEXT } from "./schemas.js";

const Body = z.strictObject({ agent: AgentAddress.optional(), ttlS: z.number().int().min(MIN_TTL_S).max(MAX_TTL_S).optional().describe(TTL_TEXT) });

/** The seed has it under both names. No idempotency key: the reply, with its password, would be kept. */
export const createClientToken: RouteFile = (app, { clientTokens }) => {
  for (const [url, operationId] of [["/token", "createClientToken"], ["/tokens", "createClientTokens"]] as const) {
    app.route({
      method: "POST",
      url,
      schema: { operationId, tags: ["client tokens"], summary: "A short-lived credential with which a browser or softphone registers.", body: Body, response: { 200: ClientToken, ...errors } },
      config: { access: SIGNED_IN },
      async handler(request, reply) {
        return reply.send(await clientTokens.issue(actorOf(request), present(request.body)));
      },
    });
  }
};
