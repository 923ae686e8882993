/** What every operation does alike: it refuses a query parameter that it does not know, and says where what it has made is. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { isTwilioPath } from "./error-bodies.js";
import { isObject } from "./openapi/json.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Where what a 201 has made is: `{name}` stands for a field of the reply, `{name|id}` for the first that it has, `{:name}` for a parameter of the path. */
    created?: string;
  }
}

const None = z.strictObject({});

/** Operations that take no query refuse any (CONTRACT §6), but for the public documents and probes, and in Twilio's API: what asks there may add what it likes. */
export function addStrictQueries(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const isPublicRead = route.config?.access?.roles === "public" && route.method !== "POST";
    if (route.schema === undefined || route.schema.querystring !== undefined || isPublicRead || isTwilioPath(route.url)) return;
    route.schema = { ...route.schema, querystring: None };
  });
}

/** `Location` of a 201 (RFC 9110, 15.3.2), a replayed one too. */
export function addLocations(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload: unknown) => {
    const { created } = request.routeOptions.config;
    if (reply.statusCode === 201 && created !== undefined && typeof payload === "string" && !reply.hasHeader("location")) void reply.header("location", located(created, JSON.parse(payload), request.params));
    return payload;
  });
}

const fieldOf = (value: unknown, name: string): string => {
  const field = isObject(value) ? value[name] : undefined;
  return typeof field === "string" || typeof field === "number" ? encodeURIComponent(field) : "";
};

const located = (template: string, reply: unknown, params: unknown): string => template.replace(/\{(:?)([A-Za-z|]+)\}/g, (_whole, ofPath: string, names: string) => names.split("|").map((name) => fieldOf(ofPath === ":" ? params : reply, name)).find((field) => field !== "") ?? "");
