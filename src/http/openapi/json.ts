/** The document as plain JSON, and the ways through it. */

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const stringsOf = (value: unknown): readonly string[] => listOf(value).filter((each) => typeof each === "string");

/** Where schemas stand within a schema. */
const MAPS = ["properties", "patternProperties", "$defs"] as const;
const SINGLE = ["items", "additionalProperties", "propertyNames", "not"] as const;
const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"] as const;

/** The schema with each of its parts changed, the inner ones first. */
export function mapSchema(schema: unknown, change: (schema: JsonObject) => JsonObject): unknown {
  if (!isObject(schema)) return schema;
  const mapped: JsonObject = { ...schema };
  for (const key of MAPS) if (isObject(schema[key])) mapped[key] = Object.fromEntries(Object.entries(schema[key]).map(([name, value]) => [name, mapSchema(value, change)]));
  for (const key of SINGLE) if (isObject(schema[key])) mapped[key] = mapSchema(schema[key], change);
  for (const key of LISTS) if (Array.isArray(schema[key])) mapped[key] = schema[key].map((each) => mapSchema(each, change));
  return change(mapped);
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  /** Changed in place. Bounded by the document. */
  readonly value: JsonObject;
}

export const operationsOf = (document: JsonObject): readonly Operation[] =>
  Object.entries(objectOf(document["paths"])).flatMap(([path, item]) => Object.entries(objectOf(item)).map(([method, value]) => ({ method, path, value: objectOf(value) })));

export const componentsOf = (document: JsonObject, kind: "schemas" | "responses"): JsonObject => objectOf(objectOf(document["components"])[kind]);

/** Where a schema is used: in what is sent to Callplane, or in what it sends. */
export type Direction = "input" | "output";

/** What holds a `schema`: a parameter, or the content of one media type. */
export interface Place {
  /** Bounded by the document. */
  readonly holder: JsonObject;
  readonly direction: Direction;
  readonly operation: Operation;
}

/** Everything in the operations that holds a schema. */
export function placesOf(document: JsonObject): readonly Place[] {
  return operationsOf(document).flatMap((operation) => {
    const { value } = operation;
    const contents = (content: unknown): readonly JsonObject[] => Object.values(objectOf(objectOf(content)["content"])).filter(isObject);
    const places = (direction: Direction, holders: readonly JsonObject[]): readonly Place[] => holders.map((holder) => ({ holder, direction, operation }));
    return [...places("input", listOf(value["parameters"]).filter(isObject)), ...places("input", contents(value["requestBody"])), ...places("output", Object.values(objectOf(value["responses"])).flatMap(contents))];
  });
}

const REF = "#/components/schemas/";
export const refTo = (name: string): JsonObject => ({ $ref: `${REF}${name}` });
/** The name of the component that a schema is a reference to. */
export const refName = (schema: unknown): string | undefined => {
  const ref = objectOf(schema)["$ref"];
  return typeof ref === "string" && ref.startsWith(REF) ? ref.slice(REF.length) : undefined;
};
