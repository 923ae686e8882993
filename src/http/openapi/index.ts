/** The OpenAPI 3.1 document, generated from the schemas that validate. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { PUBLIC } from "../access.js";
import { addExamples } from "./examples.js";
import { INFO, SECURITY_SCHEMES, TAG_LIST } from "./info.js";
import { componentsOf, isObject, listOf, objectOf, operationsOf, refName, stringsOf, type JsonObject, type Operation } from "./json.js";
import { nameSchemas } from "./naming.js";
import { describeRefusals, refusalHints } from "./refusals.js";
import { tidyDocument } from "./tidy.js";

const IDEMPOTENCY_KEY = { "Idempotency-Key": { type: "string", minLength: 1, maxLength: 255, description: "The same request with the same key is done once in 24 h, and its reply repeated; with another body it is 409." } } as const;
const IF_MATCH = { "If-Match": { type: "string", description: "The `ETag` of the object that the change is meant for: 412 when it has been changed meanwhile." } } as const;
const IF_NONE_MATCH = { "If-None-Match": { type: "string", description: "The `ETag` of what the client has already: 304 when it is still the same." } } as const;

export function addOpenApi(app: FastifyInstance, publicUrl: string | null): void {
  app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: INFO,
      servers: [{ url: publicUrl ?? "/", description: "This Callplane." }],
      tags: TAG_LIST,
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform(document) {
      const { access = PUBLIC, idempotent = false, conditional = false, created, asksSwitch, refuses = [] } = document.route.config ?? {};
      const { schema, url } = jsonSchemaTransform(document);
      if (schema?.hide === true) return { schema, url };
      const { roles, credential, credentialNeeded = false } = access;
      const note = roles === "public" ? "Public." : `Roles: ${roles.join(", ")}.`;
      const description = schema?.description === undefined ? note : `${schema.description} ${note}`;
      const headers = {
        ...(idempotent ? IDEMPOTENCY_KEY : {}),
        ...(conditional ? IF_MATCH : {}),
        ...(hasStatus(document.schema, "304") ? IF_NONE_MATCH : {}),
      };
      const described = {
        ...schema,
        description,
        security: security(roles, credential, credentialNeeded),
        ...(roles === "public" ? {} : { "x-roles": [...roles] }),
        ...refusalHints({ asksSwitch: asksSwitch ?? (access.names?.object === "call" && document.route.method !== "GET"), names: access.names?.object, refuses }),
        ...(access.uncounted === true ? { "x-uncounted": true } : {}),
        ...(created === undefined ? {} : { "x-created": created }),
        ...(Object.keys(headers).length === 0 ? {} : { headers: { type: "object", properties: headers } }),
      };
      return { schema: described, url };
    },
    transformObject: jsonSchemaTransformObject,
  });
}

const hasStatus = (schema: unknown, status: string): boolean => isObject(schema) && isObject(schema["response"]) && status in schema["response"];

/** The requirements of which one must be met. The roles are no scopes, so they stand beside (`x-roles`). */
function security(roles: readonly string[] | "public", credential: string | undefined, isNeeded: boolean): Record<string, string[]>[] {
  const other = credential === undefined ? [] : [{ [credential]: [] }];
  if (roles === "public") return credential === undefined ? [] : [...other, ...(isNeeded ? [] : [{}])];
  return [{ bearer: [] }, { accessToken: [], key: [] }, ...other];
}

/** The document as `/docs/json` gives it: every schema with a name, each refusal with its codes, an example for each body. */
export function describedDocument(app: FastifyInstance): JsonObject {
  const document = objectOf(JSON.parse(JSON.stringify(app.swagger())));
  const components = objectOf(document["components"]);
  components["schemas"] = componentsOf(document, "schemas");
  components["responses"] = componentsOf(document, "responses");
  tidyDocument(document);
  for (const operation of operationsOf(document)) tidyOperation(operation, componentsOf(document, "schemas"));
  describeRefusals(document);
  nameSchemas(document);
  addExamples(document);
  return document;
}

/** Whether a body of this schema must have something in it. */
function needsFields(given: unknown, schemas: JsonObject): boolean {
  const schema = objectOf(given);
  const component = refName(schema);
  if (component !== undefined) return needsFields(schemas[component], schemas);
  const choices = [...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])];
  return choices.length > 0 ? choices.every((each) => needsFields(each, schemas)) : stringsOf(schema["required"]).length > 0;
}

function tidyOperation({ value }: Operation, schemas: JsonObject): void {
  const body = objectOf(value["requestBody"]);
  // Where nothing of a body is required, an empty one will do.
  if (isObject(value["requestBody"])) body["required"] = Object.values(objectOf(body["content"])).some((media) => needsFields(objectOf(media)["schema"], schemas));
  for (const [status, given] of Object.entries(objectOf(value["responses"]))) {
    const response = objectOf(given);
    if (response["description"] === "Default Response") response["description"] = typeof value["summary"] === "string" ? value["summary"] : "Success.";
    const headers = objectOf(response["headers"]);
    const isRead = listOf(value["parameters"]).some((each) => objectOf(each)["name"] === "If-None-Match");
    if (status === "201" && value["x-created"] !== undefined) headers["Location"] = { description: "Where the new object is.", schema: { type: "string", format: "uri-reference" } };
    if (status === "200" && isRead) headers["ETag"] = { description: "Of what was read, for `If-None-Match` and `If-Match`.", schema: { type: "string" } };
    if (Object.keys(headers).length > 0) response["headers"] = headers;
  }
}
