/** Login, logout, and who the token belongs to. */
import { z } from "zod";
import { PUBLIC, SIGNED_IN, actorOf } from "./access.js";
import type { Face } from "./app-types.js";
import { Me, RoleName, shownMe } from "./me.js";
import { Empty, NoContent, errors, passwordText, text } from "./schemas.js";

const Session = z.object({
  key: z.string().describe("Sent back as X-Key, with the token as X-Access-Token."),
  token: z.string(),
  expires: z.number().int().describe("Epoch milliseconds."),
  username: z.string(),
  domain: z.string().describe("The organization's SIP domain."),
  role: RoleName,
}).meta({ id: "Session", description: "A token, and whose it is." });

/** A login is read before the client has proven anything. */
const MAX_LOGIN_BYTES = 16 * 1024;

const tags = ["session"];

export const session: Face = (app, { auth, profile }) => {
  app.route({
    method: "POST",
    bodyLimit: MAX_LOGIN_BYTES,
    url: "/login",
    schema: { operationId: "login", tags, summary: "Get a token for a user name and a password.", body: z.strictObject({ username: text(256), password: passwordText }), response: { 200: Session, ...errors } },
    config: { refuses: [401], access: PUBLIC },
    async handler(request, reply) {
      const { username, password } = request.body;
      return reply.send(await auth.login(username, password, request.ip));
    },
  });

  app.route({
    method: "POST",
    url: "/logout",
    schema: { operationId: "logout", tags, summary: "Revoke the token.", body: Empty, response: { 200: NoContent.describe("The token is revoked."), ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      await auth.logout(actorOf(request));
      return reply.send(undefined);
    },
  });

  app.route({
    method: "GET",
    url: "/me",
    schema: { operationId: "me", tags, summary: "Who the token belongs to.", response: { 200: Me, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const actor = actorOf(request);
      return reply.send(shownMe(actor, profile(actor)));
    },
  });
};
