import { z } from "zod";
import { PUBLIC } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { text } from "../schemas.js";
import { errors } from "../voicechannel/schemas.js";

const Session = z.object({
  key: z.string().describe("Sent back as X-Key, with the token as X-Access-Token."),
  token: z.string(),
  expires: z.number().int().describe("Epoch milliseconds."),
  username: z.string(),
  domain: z.string().describe("The organization's SIP domain."),
  role: z.enum(["agent", "supervisor", "admin", "service", "root"]),
});

const MAX_LOGIN_BYTES = 16 * 1024;

export const login: RouteFile = (app, { auth }) => {
  app.route({
    method: "POST",
    // It is read before anybody has proven anything.
    bodyLimit: MAX_LOGIN_BYTES,
    url: "/login",
    schema: {
      operationId: "login",
      tags: ["session"],
      summary: "Get a token for a user name and a password.",
      body: z.object({ username: text(256), password: text(1024) }),
      response: { 200: Session, ...errors },
    },
    config: { access: PUBLIC },
    async handler(request, reply) {
      const { username, password } = request.body;
      return reply.send(await auth.login(username, password, request.ip));
    },
  });
};
