/** What zod writes into a schema, in the words that readers and generators of clients understand best. */
import { componentsOf, isObject, listOf, mapSchema, placesOf, type Direction, type JsonObject } from "./json.js";

/** A component of what is sent to Callplane; fastify-type-provider-zod names them so. */
const isInput = (name: string): boolean => name.endsWith("Input");

export function tidyDocument(document: JsonObject): void {
  for (const { holder, direction } of placesOf(document)) if ("schema" in holder) holder["schema"] = tidied(holder["schema"], direction);
  const schemas = componentsOf(document, "schemas");
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = tidied(schema, isInput(name) ? "input" : "output");
}

export const tidied = (schema: unknown, direction: Direction): unknown => mapSchema(schema, (each) => nullable(open(numeric(withoutNoise(each)), direction)));

/**
 * The bounds of every integer, the pattern of what its format says already, and what is read-only to our own code: in OpenAPI that says that a request must not have it.
 */
function withoutNoise(schema: JsonObject): JsonObject {
  const { minimum, maximum, pattern, format, ...rest } = schema;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => name !== "readOnly")),
    ...(format === undefined ? {} : { format }),
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
    ...(pattern === undefined || format === "date-time" || format === "uri" ? {} : { pattern: portable(pattern) }),
  };
}

/** Validators of other languages need not know classes of Unicode. */
const CONTROL = "\\u0000-\\u001F\\u007F-\\u009F";
const portable = (pattern: unknown): unknown => (typeof pattern === "string" ? pattern.replaceAll("\\P{Cc}", `[^${CONTROL}]`).replaceAll("\\p{Cc}", CONTROL) : pattern);

/** A number in a query is text until it is read, and so is its default; the document says what it means. */
const numeric = (schema: JsonObject): JsonObject => (schema["type"] === "integer" && typeof schema["default"] === "string" ? { ...schema, default: Number(schema["default"]) } : schema);

/** Replies get new fields over time: no client may refuse them. Of a request, an unknown field is a mistake. */
function open(schema: JsonObject, direction: Direction): JsonObject {
  if (direction === "input" || schema["additionalProperties"] !== false) return schema;
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "additionalProperties"));
}

const isNull = (schema: unknown): boolean => isObject(schema) && schema["type"] === "null" && Object.keys(schema).length === 1;

/** `type: [string, null]` in place of a choice between the two. */
function nullable(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema;
  const [inner, other, ...more] = listOf(anyOf);
  if (more.length > 0 || !isNull(other) || !isObject(inner) || typeof inner["type"] !== "string" || "const" in inner) return schema;
  const { enum: values, ...plain } = inner;
  return { ...plain, ...(Array.isArray(values) ? { enum: [...listOf(values), null] } : {}), ...rest, type: [inner["type"], "null"] };
}
