/** Sessions of browsers: an access token for the page's memory, and a cookie that no script can read (CONTRACT §6). */
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { BrowserLogin } from "../auth/index.js";
import { CallplaneError } from "../errors.js";
import { Time } from "../events/index.js";
import { PUBLIC, SIGNED_IN, actorOf } from "./access.js";
import type { Face } from "./app-types.js";
import { SESSION_COOKIE } from "./openapi/info.js";
import { isPlainLoopback, requireOwnOrigin } from "./origins.js";
import { errors, Empty, text } from "./schemas.js";
import { Me, shownMe } from "./me.js";
import type { HttpServices } from "./services.js";

/** A browser sends a cookie of the path `/session` to that and to what is below it, which `/session:refresh` is not (RFC 6265, 5.1.4). */
const PATHS = ["/session", "/session:refresh"] as const;
const ORIGINS = "403 for a page of another origin than this server's, `PUBLIC_URL`'s and those of `CORS_ORIGINS`.";
const MAX_LOGIN_BYTES = 16 * 1024;

const Session = z
  .object({
    token: z.string().describe("The access token, good for 15 minutes: for the page's memory alone."),
    expires: Time.describe("When the token expires."),
    me: Me,
  })
  .meta({ id: "BrowserSession", description: "The cookie comes with it: `HttpOnly`, `SameSite=Strict`, and `Secure` but for plain HTTP on this machine." });

/** The first of this name: browsers send the one with the longer path first. */
function cookieOf({ headers }: FastifyRequest): string | null {
  for (const pair of (headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === SESSION_COOKIE) return pair.slice(at + 1).trim();
  }
  return null;
}

function setCookie(request: FastifyRequest, reply: Pick<FastifyReply, "header">, { value, maxAgeS }: BrowserLogin["cookie"]): void {
  const secure = isPlainLoopback(request) ? "" : "; Secure";
  void reply.header("set-cookie", PATHS.map((path) => `${SESSION_COOKIE}=${value}; Path=${path}; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`));
}

const NO_COOKIE = { value: "", maxAgeS: 0 };

const tags = ["session"];

export const browserSession: Face = (app, { browserLogins, profile, config }: HttpServices) => {
  const shown = ({ token, expires, actor }: BrowserLogin): z.output<typeof Session> => ({ token, expires: expires.toISOString(), me: shownMe(actor, profile(actor)) });

  app.route({
    method: "POST",
    bodyLimit: MAX_LOGIN_BYTES,
    url: "/session",
    schema: {
      operationId: "openSession",
      tags,
      summary: "Logs a browser in.",
      description: ORIGINS,
      body: z.strictObject({ username: text(256), password: text(1024) }),
      response: { 200: Session, ...errors },
    },
    config: { refuses: [401, 403], access: PUBLIC },
    async handler(request, reply) {
      requireOwnOrigin(request, config);
      const { username, password } = request.body;
      const login = await browserLogins.open(username, password, request.ip);
      setCookie(request, reply, login.cookie);
      return reply.send(shown(login));
    },
  });

  app.route({
    method: "POST",
    url: "/session::refresh",
    schema: {
      operationId: "refreshSession",
      tags,
      summary: "Exchanges the cookie for a new access token and the next cookie.",
      description: `${ORIGINS} A page can ask this when it is opened: without a cookie the answer is 204, which no browser logs as an error. Good for 12 hours after the last time. A cookie that comes back 10 seconds after it was exchanged, or later, ends the session: somebody has copied it. Tabs of one browser had better take turns.`,
      body: Empty,
      response: { 200: Session, 204: z.undefined().describe("There is no cookie: nobody is logged in."), ...errors },
    },
    config: { refuses: [401, 403], access: { ...PUBLIC, credential: "session" } },
    async handler(request, reply) {
      requireOwnOrigin(request, config);
      const cookie = cookieOf(request);
      if (cookie === null) return reply.code(204).send();
      try {
        const login = await browserLogins.refresh(cookie, request.ip);
        setCookie(request, reply, login.cookie);
        return await reply.send(shown(login));
      } catch (error) {
        if (error instanceof CallplaneError && error.code === "Unauthorized") setCookie(request, reply, NO_COOKIE);
        throw error;
      }
    },
  });

  app.route({
    method: "DELETE",
    url: "/session",
    schema: { operationId: "closeSession", tags, summary: "Logs the browser out: the session ends with all its access tokens.", description: ORIGINS, response: { 204: z.undefined().describe("Ended, or there was none."), ...errors } },
    config: { refuses: [403], access: { ...PUBLIC, credential: "session" } },
    async handler(request, reply) {
      requireOwnOrigin(request, config);
      const cookie = cookieOf(request);
      if (cookie !== null) await browserLogins.end(cookie);
      setCookie(request, reply, NO_COOKIE);
      return reply.code(204).send();
    },
  });

  app.route({
    method: "POST",
    bodyLimit: MAX_LOGIN_BYTES,
    url: "/me/password",
    schema: {
      operationId: "changeOwnPassword",
      tags,
      summary: "Changes the own password.",
      description: "All other logins of the user end, and the registrations made with one-time passwords. 400 `current` for a wrong password, which counts like a failed login; 403 for a token that is no user's.",
      body: z.strictObject({ current: text(1024), new: text(1024) }),
      response: { 204: z.undefined().describe("Changed."), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { current, new: next } = request.body;
      await browserLogins.changePassword(actorOf(request), current, next, request.ip);
      return reply.code(204).send();
    },
  });
};
