/** An example for each JSON body, made from the schemas: a schema's own example where it has one, else what its type, format and name suggest. */
import { componentsOf, isObject, listOf, objectOf, placesOf, refName, stringsOf, type Direction, type JsonObject } from "./json.js";

/** By the name of a property; for what has a form of its own, the schema has an example. */
const BY_NAME: Readonly<Record<string, string>> = {
  id: "5f3c1f5e-8a0b-4c43-9d0e-3b1f6a2c7d10", callId: "5f3c1f5e-8a0b-4c43-9d0e-3b1f6a2c7d10", call_id: "5f3c1f5e-8a0b-4c43-9d0e-3b1f6a2c7d10",
  agent: "1001", agentid: "1001", assignedTo: "1001", extension: "1001", user: "1001", ext: "1002", to: "1002", from: "+12125550123", number: "+12125550123", phoneNumber: "+12125550100", name: "support",
  department: "support", domain: "voice.acme.example", username: "dora", node: "fs1", contact: "sip:1001@192.0.2.10:5060", address: "192.0.2.10", userAgent: "Callplane phone 1.0", title: "Callplane",
  sipCallId: "3a1f9c27@192.0.2.10", reason: "lunch", note: "Wants an offer.", disposition: "sold", url: "https://app.example.com/voice", organization: "acme", email: "dora@acme.example",
  error: "InvalidParameter", message: "to: is missing.", ticket: "Zk3v1Qe0yT1r7h0Qk8m2bq0o3c9xW5uVn4sLd6pJfEw", token: "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl", key: "b9f6c2d4e8", password: "a long password",
};
const BY_FORMAT: Readonly<Record<string, string>> = { "date-time": "2026-01-31T12:00:00.000Z", date: "2026-01-31", uuid: "5f3c1f5e-8a0b-4c43-9d0e-3b1f6a2c7d10", uri: "https://app.example.com/voice" };
const MAX_DEPTH = 12;

export function addExamples(document: JsonObject): void {
  const schemas = componentsOf(document, "schemas");
  for (const [name, schema] of Object.entries(schemas)) {
    // A resource shows itself; what is named after an operation is shown there.
    if (isObject(schema) && !/(Request|Response|Page)\d*$/.test(name) && !("examples" in schema)) schema["examples"] = [exampleOf(schema, "output", schemas, name)];
  }
  for (const { holder, direction } of placesOf(document)) {
    if (holder["in"] === "path") holder["example"] = exampleOf(holder["schema"], "input", schemas, String(holder["name"]));
    if ("in" in holder || "example" in holder || "examples" in holder || !isObject(holder["schema"])) continue;
    holder["example"] = exampleOf(holder["schema"], direction, schemas, "");
  }
}

export function exampleOf(given: unknown, direction: Direction, schemas: JsonObject, name: string, depth = 0): unknown {
  const schema = objectOf(given);
  const [own] = listOf(schema["examples"]);
  if (own !== undefined) return own;
  if ("const" in schema) return schema["const"];
  if (schema["default"] !== undefined && schema["default"] !== null) return schema["default"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  if (depth > MAX_DEPTH) return null;
  const inner = (value: unknown, of = name): unknown => exampleOf(value, direction, schemas, of, depth + 1);
  const component = refName(schema);
  if (component !== undefined) return inner(schemas[component]);
  const choice = [...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])][0];
  if (choice !== undefined) return inner(choice);
  if (Array.isArray(schema["allOf"])) return Object.assign({}, ...schema["allOf"].map((each) => objectOf(inner(each))), fieldsOf(schema));
  switch ([schema["type"]].flat()[0]) {
    case "object":
      return fieldsOf(schema);
    case "array":
      return Number(schema["maxItems"] ?? 1) === 0 ? [] : [inner(schema["items"])];
    case "string":
      return text(schema, name);
    case "integer":
    case "number":
      return Math.max(Number(schema["minimum"] ?? 0), Math.min(1, Number(schema["maximum"] ?? 1)));
    case "boolean":
      return false;
    default:
      return null;
  }

  function fieldsOf(object: JsonObject): JsonObject {
    const properties = Object.entries(objectOf(object["properties"]));
    const required = stringsOf(object["required"]);
    const wanted = direction === "output" ? properties : properties.filter(([each]) => required.includes(each));
    const shown = wanted.length > 0 ? wanted : properties.slice(0, 1);
    return Object.fromEntries(shown.map(([each, value]) => [each, exampleOf(value, direction, schemas, each, depth + 1)]));
  }
}

/** What else a pattern may ask for, tried in this order. */
const FORMS = ["1", "12:00", "en-US", "sold", "+1", "US", "Main", "america"] as const;

/** The first of what may be meant that the schema takes. */
function text(schema: JsonObject, name: string): string {
  const { format, pattern, minLength, maxLength } = schema;
  const fits = typeof pattern === "string" ? new RegExp(pattern, "u") : null;
  const sid = typeof pattern === "string" ? /^\^([A-Z]{2})\[0-9a-f/.exec(pattern)?.[1] : undefined;
  const candidates = [BY_FORMAT[typeof format === "string" ? format : ""], sid === undefined ? undefined : `${sid}${"0123456789abcdef".repeat(2)}`, BY_NAME[name], name || "text", ...FORMS];
  const isFit = (value: string | undefined): boolean => value !== undefined && (fits?.test(value) ?? true) && value.length >= Number(minLength ?? 0) && value.length <= Number(maxLength ?? Infinity);
  return candidates.find(isFit) ?? name;
}
