import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { Empty, NoContent } from "../schemas.js";
import { errors } from "../voicechannel/schemas.js";

export const logout: RouteFile = (app, { auth }) => {
  app.route({
    method: "POST",
    url: "/logout",
    schema: { operationId: "logout", tags: ["session"], summary: "Revoke the token.", body: Empty, response: { 200: NoContent.describe("The token is revoked."), ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      await auth.logout(actorOf(request));
      return reply.send(undefined);
    },
  });
};
