/** 405 with `Allow` for a known path that does not take the method. Registered last, when all routes are known. */
import type { FastifyInstance, HTTPMethods } from "fastify";
import { CallplaneError } from "../errors.js";
import { PUBLIC } from "./access.js";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const satisfies readonly HTTPMethods[];

/** Gives the function that adds the refusing routes for all routes added since. */
export function collectMethods(app: FastifyInstance): (app: FastifyInstance) => void {
  // By path. Bounded by the routes.
  const taken = new Map<string, Set<string>>();
  let collecting = true;
  app.addHook("onRoute", ({ method, url }) => {
    if (!collecting) return;
    const methods = taken.get(url) ?? new Set<string>();
    for (const name of [method].flat()) methods.add(name);
    taken.set(url, methods);
  });
  return (refusing) => {
    collecting = false;
    for (const [url, methods] of taken) {
      const allow = METHODS.filter((method) => methods.has(method)).join(", ");
      refusing.route({
        method: METHODS.filter((method) => !methods.has(method)),
        url,
        schema: { hide: true, operationId: "methodNotAllowed" },
        config: { access: PUBLIC, methodNotAllowed: true, rateLimit: false },
        onRequest: async (_request, reply) => {
          void reply.header("allow", allow);
          throw new CallplaneError("MethodNotAllowed");
        },
        handler: () => {
          throw new CallplaneError("MethodNotAllowed");
        },
      });
    }
  };
}
