/** The three ways to present a token (CONTRACT: Credentials), and the check. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { CallplaneError } from "../errors.js";
import type { Actor } from "../people/index.js";
import type { PresentedToken } from "../auth/index.js";
import type { Connections } from "../connections/index.js";
import type { RouteAccess } from "./access.js";
import type { CountStranger } from "./rate-limit.js";
import type { HttpServices } from "./services.js";

const single = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? undefined : header);

/** Takes a secret out of the query and the URL, so that neither a schema nor a log line meets it; undefined when there is none. */
export function takeFromQuery(request: FastifyRequest, name: "token" | "ticket" | "grant"): string | undefined {
  const { query } = request;
  if (typeof query !== "object" || query === null) return undefined;
  const secret: unknown = Reflect.get(query, name);
  if (secret === undefined) return undefined;
  Reflect.deleteProperty(query, name);
  const [path = "", search = ""] = (request.raw.url ?? "").split("?", 2);
  const kept = new URLSearchParams(search);
  kept.delete(name);
  request.raw.url = kept.size > 0 ? `${path}?${kept.toString()}` : path;
  return typeof secret === "string" ? secret : "";
}

/** The token that a request presents, null when there is none or it is malformed. */
export function presented(request: FastifyRequest, allowQueryToken: boolean): PresentedToken | null {
  const queryToken = allowQueryToken && request.url.startsWith("/call/") ? takeFromQuery(request, "token") : undefined;
  const authorization = single(request.headers.authorization);
  if (authorization !== undefined) {
    const token = /^Bearer +([^\s,]+) *$/i.exec(authorization)?.[1];
    return token === undefined ? null : { token };
  }
  const token = single(request.headers["x-access-token"]);
  const key = single(request.headers["x-key"]);
  if (token !== undefined) return key === undefined ? null : { token, key };
  return queryToken === undefined ? null : { token: queryToken };
}

/** Sets `request.actor` on every route that is not public, before the body is read, and counts requests without a good token. Throws Unauthorized, RateLimited. */
export function addAuthentication(app: FastifyInstance, services: HttpServices, countStranger: CountStranger, connections: Pick<Connections, "proven">): void {
  app.addHook("onRequest", async (request) => {
    const { access } = request.routeOptions.config;
    if (access?.uncounted === true) return;
    if (access === undefined || access.roles === "public") return countStranger(request);
    try {
      const actor = await authenticated(request, access, services);
      // What is new comes first: of `{ ...object, added }` Node.js 20 makes each result a hidden class of its own, and every access to them is slow.
      request.actor = { requestId: request.id, ...actor };
    } catch (error) {
      // Only then, so that a client with a token does not suffer from others behind the same address.
      if (error instanceof CallplaneError && error.code === "Unauthorized") await countStranger(request);
      throw error;
    }
    connections.proven(request.raw.socket);
  });
}

async function authenticated(request: FastifyRequest, access: RouteAccess, { auth, config }: HttpServices): Promise<Actor> {
  const actor = await access.otherwise?.(request);
  if (actor !== undefined && actor !== null) return actor;
  const token = presented(request, config.allowQueryToken);
  if (token === null) throw new CallplaneError("Unauthorized");
  return auth.authenticate(token);
}
