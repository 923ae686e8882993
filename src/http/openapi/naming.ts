/** Gives every object that a request or a reply carries a name among the components, and drops the components that nothing uses. */
import { componentsOf, isObject, mapSchema, objectOf, placesOf, refName, refTo, stringsOf, type JsonObject } from "./json.js";

const SUFFIX = "Input";

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const capital = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

export function nameSchemas(document: JsonObject): void {
  const schemas = componentsOf(document, "schemas");
  for (const { holder, direction, operation } of placesOf(document)) {
    const schema = holder["schema"];
    if ("in" in holder || !isObject(schema) || !isNamed(schema)) continue;
    holder["schema"] = refTo(freeName(schemas, nameFor(schema, capital(textOf(operation.value["operationId"])), direction === "input" ? "Request" : "Response"), schema));
  }
  prune(document);
  // A schema may be the same in both directions once its parts are.
  while (joinDirections(document));
  const components = objectOf(document["components"]);
  components["schemas"] = Object.fromEntries(Object.entries(componentsOf(document, "schemas")).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What is worth a name: an object with fields, or a choice of several. */
const isNamed = (schema: JsonObject): boolean => (isObject(schema["properties"]) && Object.keys(schema["properties"]).length > 0) || Array.isArray(schema["anyOf"]) || Array.isArray(schema["oneOf"]);

/** A list of agents is an `AgentPage`, whoever lists them. */
function nameFor(schema: JsonObject, operation: string, kind: string): string {
  const items = refName(objectOf(objectOf(objectOf(schema["properties"])["items"])["items"]));
  return items !== undefined && stringsOf(schema["required"]).includes("total") ? `${items}Page` : `${operation}${kind}`;
}

/** The same schema under the same name once; another one under a name of its own. */
function freeName(schemas: JsonObject, wanted: string, schema: JsonObject): string {
  const known = Object.entries(schemas).find(([name, value]) => name.startsWith(wanted.replace(/(Request|Response)$/, "")) && same(value, schema));
  if (known !== undefined) return known[0];
  let name = wanted;
  for (let count = 2; name in schemas; count++) name = `${wanted}${count}`;
  schemas[name] = schema;
  return name;
}

/** Leaves what the operations use, directly or through each other. */
function prune(document: JsonObject): void {
  const schemas = componentsOf(document, "schemas");
  // Bounded by the components.
  const used = new Set<string>();
  const use = (schema: unknown): void => {
    mapSchema(schema, (each) => {
      const name = refName(each);
      if (name !== undefined && !used.has(name)) {
        used.add(name);
        use(schemas[name]);
      }
      return each;
    });
  };
  for (const { holder } of placesOf(document)) use(holder["schema"]);
  for (const response of Object.values(componentsOf(document, "responses"))) for (const media of Object.values(objectOf(objectOf(response)["content"]))) use(objectOf(media)["schema"]);
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name];
}

/** What is only ever sent to Callplane, or is the same in both directions, needs no word for that. Whether there was any such. */
function joinDirections(document: JsonObject): boolean {
  const schemas = componentsOf(document, "schemas");
  const renamed = new Map<string, string>();
  for (const name of Object.keys(schemas)) {
    if (!name.endsWith(SUFFIX)) continue;
    const plain = name.slice(0, -SUFFIX.length);
    if (plain in schemas && !same(schemas[plain], schemas[name])) continue;
    schemas[plain] = schemas[name];
    delete schemas[name];
    renamed.set(name, plain);
  }
  if (renamed.size === 0) return false;
  const rename = (schema: unknown): unknown => mapSchema(schema, (each) => {
    const name = renamed.get(refName(each) ?? "");
    return name === undefined ? each : { ...each, ...refTo(name) };
  });
  for (const { holder } of placesOf(document)) if ("schema" in holder) holder["schema"] = rename(holder["schema"]);
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = rename(schema);
  return true;
}
