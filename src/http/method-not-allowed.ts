/** 405 with `Allow` for a known path that does not take the method. */
import type { FastifyInstance } from "fastify";
import createRouter, { type HTTPVersion, type Instance } from "find-my-way";
import { CallplaneError, invalid } from "../errors.js";

/** Other methods are unknown everywhere. */
const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/** The paths of all routes, whatever their methods, matched as Fastify does it. */
class Paths {
  /** Each path is a route of this one method. */
  readonly #router: Instance<HTTPVersion.V1>;

  constructor(methods: ReadonlyMap<string, ReadonlySet<string>>, maxParamLength: number) {
    this.#router = createRouter({ maxParamLength, onBadUrl: () => undefined });
    for (const [path, taken] of methods) this.#router.on("GET", path, () => undefined, METHODS.filter((method) => taken.has(method)).join(", "));
  }

  /** What `Allow` says of the path; null for an unknown one. Throws InvalidParameter for one that is not well encoded. */
  allowed(path: string): string | null {
    const found = this.#router.find("GET", path);
    if (found === null) return null;
    const store: unknown = found.store;
    if (typeof store !== "string") throw invalid("path", "is not well encoded.");
    return store;
  }
}

/**
 * Gives the function that adds the check, to be called when all other hooks are there: it refuses only what they let pass. A route for each refused method of each path
 * would have the same effect, and make the app start in twice the time.
 */
export function collectMethods(app: FastifyInstance, maxParamLength: number): () => void {
  // By path. Bounded by the routes.
  const methods = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ method, url }) => {
    const taken = methods.get(url) ?? new Set<string>();
    for (const name of [method].flat()) taken.add(name);
    methods.set(url, taken);
  });
  let paths: Paths | null = null;
  return () => {
    app.addHook("onRequest", async ({ is404, method, raw }, reply) => {
      if (!is404 || !METHODS.includes(method)) return;
      paths ??= new Paths(methods, maxParamLength);
      const allow = paths.allowed(raw.url ?? "");
      if (allow === null) return;
      void reply.header("allow", allow);
      throw new CallplaneError("MethodNotAllowed");
    });
  };
}
