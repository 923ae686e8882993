/** The OpenAPI 3.1 document, generated from the schemas that validate. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { ERROR_CATALOGUE } from "../errors.js";
import { PUBLIC } from "./access.js";

const VERSION = "1";

const DESCRIPTION = `Live call control on FreeSWITCH. One control core, several faces: \`/voicechannel\` (native, and seed 000's), \`/call\`, \`/api/v2/channels\` and \`/v1/call\`, each with its own envelopes and error bodies.

Success is reported only after FreeSWITCH's own event confirmed it. Error codes: ${Object.entries(ERROR_CATALOGUE).map(([code, { status }]) => `\`${code}\` (${status})`).join(", ")}.

\`DatabaseUnavailable\` (with \`Retry-After\`) answers logins, changes of accounts and settings, and requests with an \`Idempotency-Key\` while the database takes nothing; acts on live calls do not wait for it.`;

const SECURITY = [{ bearer: [] }, { accessToken: [], key: [] }];

const IDEMPOTENCY_KEY = {
  type: "object",
  properties: { "Idempotency-Key": { type: "string", minLength: 1, maxLength: 255, description: "The same request with the same key is done once in 24 h, and its reply repeated; with another body it is 409." } },
} as const;


export function addOpenApi(app: FastifyInstance): void {
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
      const { access: { roles } = PUBLIC, idempotent } = document.route.config ?? {};
      const { schema, url } = jsonSchemaTransform(document);
      if (schema?.hide === true) return { schema, url };
      const note = roles === "public" ? "Public." : `Roles: ${roles.join(", ")}.`;
      const description = schema?.description === undefined ? note : `${schema.description} ${note}`;
      return { schema: { ...schema, description, security: roles === "public" ? [] : SECURITY, ...(idempotent === true ? { headers: IDEMPOTENCY_KEY } : {}) }, url };
    },
    transformObject(document) {
      if (!("openapiObject" in document)) return document.swaggerObject;
      for (const item of Object.values(document.openapiObject.paths ?? {})) {
        for (const operation of [item?.post, item?.put]) {
          const body = operation?.requestBody;
          if (body === undefined || !("content" in body)) continue;
          // Where nothing of a body is required, an empty one will do.
          body.required = Object.values(body.content).some(({ schema }) => schema !== undefined && "required" in schema && schema.required !== undefined && schema.required.length > 0);
        }
      }
      return document.openapiObject;
    },
  });
}
