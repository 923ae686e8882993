/** The OpenAPI 3.1 document, generated from the schemas that validate. */
import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifySchema } from "fastify";
import { createJsonSchemaTransform } from "fastify-type-provider-zod";
import { z } from "zod";
import { ERROR_CATALOGUE } from "../errors.js";
import type { RouteAccess } from "./access.js";

const VERSION = "1";

const DESCRIPTION = `Live call control on FreeSWITCH. One control core, several faces: \`/voicechannel\` (native, and seed 000's), \`/call\`, \`/api/v2/channels\` and \`/v1/call\`, each with its own envelopes and error bodies.

A success is told only after FreeSWITCH's own event confirmed it. Error codes: ${Object.entries(ERROR_CATALOGUE).map(([code, { status }]) => `\`${code}\` (${status})`).join(", ")}.`;

const SECURITY = [{ bearer: [] }, { accessToken: [], key: [] }];

/** What the access declaration means, in words, and which credentials it takes. */
function securityOf(access: RouteAccess | undefined): Pick<FastifySchema, "security"> & { readonly note: string } {
  if (access === undefined || access.roles === "public") return { security: [], note: "Public." };
  return { security: SECURITY, note: `Roles: ${access.roles.join(", ")}.` };
}

export function addOpenApi(app: FastifyInstance): void {
  // A registry of our own: zod's global one would be state of the module.
  const toJsonSchema = createJsonSchemaTransform({ schemaRegistry: z.registry() });
  app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Callplane", version: VERSION, description: DESCRIPTION },
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
          accessToken: { type: "apiKey", in: "header", name: "X-Access-Token" },
          key: { type: "apiKey", in: "header", name: "X-Key" },
        },
      },
    },
    transform(document) {
      const { access, idempotent } = document.route.config ?? {};
      const { security, note } = securityOf(access);
      const { schema, url } = toJsonSchema(document);
      const described = [schema?.description, note, idempotent === true ? "Takes an Idempotency-Key (24 h a token)." : undefined].filter((part) => part !== undefined).join(" ");
      return { schema: schema?.hide === true ? schema : { ...schema, description: described, ...(security === undefined ? {} : { security }) }, url };
    },
  });
}
