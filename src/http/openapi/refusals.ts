/** What each operation may answer besides its success, in the words of its face. */
import { STATUS_CODES } from "node:http";
import { CallplaneError, ERROR_CATALOGUE, ERROR_CODES, type ErrorCode } from "../../errors.js";
import { dialectOf, renderError } from "../error-bodies.js";
import { componentsOf, isObject, listOf, objectOf, operationsOf, refName, refTo, type JsonObject, type Operation } from "./json.js";

const CHANGES: ReadonlySet<string> = new Set(["post", "put", "patch", "delete"]);

/** The schema of a refusal where the operation's face has none of its own. */
const NATIVE = "Error";
/** Those of the public probes are few. */
const PROBE_STATUSES = [405] as const;

export const isOpen = ({ value }: Operation): boolean => listOf(value["security"]).some((each) => Object.keys(objectOf(each)).length === 0) || listOf(value["security"]).length === 0;

/** Replaces `4XX` and `5XX` by the statuses that the operation has, with their codes. */
export function describeRefusals(document: JsonObject): void {
  const responses = componentsOf(document, "responses");
  const codesOf = remembering();
  for (const operation of operationsOf(document)) {
    const given = objectOf(operation.value["responses"]);
    const own = Object.fromEntries(Object.entries(given).filter(([status]) => !/^[45]XX$/.test(status)));
    const schema = refName(objectOf(Object.values(objectOf(objectOf(given["4XX"])["content"]))[0])["schema"]) ?? NATIVE;
    const all: JsonObject = { ...own };
    for (const status of statusesOf(operation, codesOf)) {
      if (String(status) in own) continue;
      const name = `${schema}${status}`;
      responses[name] ??= response(schema, status, operation.path, codesOf);
      all[String(status)] = { $ref: `#/components/responses/${name}` };
    }
    operation.value["responses"] = all;
  }
}

function statusesOf(operation: Operation, codesOf: CodesOf): readonly number[] {
  const { method, path, value } = operation;
  if (value["x-uncounted"] === true && isOpen(operation) && path.startsWith("/health")) return PROBE_STATUSES;
  const changes = CHANGES.has(method);
  const isSecured = !isOpen(operation);
  const hasBody = isObject(value["requestBody"]);
  const isConditional = listOf(value["parameters"]).some((each) => objectOf(each)["name"] === "If-Match");
  return [
    400,
    ...(isSecured || path === "/login" || path === "/metrics" ? [401] : []),
    ...(isSecured ? [403] : []),
    ...(path.includes("{") || (isSecured && changes) || path.startsWith("/call/") ? [404] : []),
    ...(isSecured && changes ? [409] : []),
    ...(isConditional ? [412] : []),
    ...(hasBody ? [413, 415] : []),
    ...(value["x-uncounted"] === true ? [] : [429]),
    500,
    ...(path.endsWith(":stream") || path.endsWith("/Streams.json") ? [502] : []),
    503,
    ...(isSecured && changes ? [504] : []),
  ].filter((status) => codesOf(status, path).length > 0);
}

/** The codes that the path's face answers with this status. */
type CodesOf = (status: number, path: string) => readonly ErrorCode[];

/** Every operation asks for the same. */
function remembering(): CodesOf {
  // Bounded by the faces and the statuses.
  const known = new Map<string, readonly ErrorCode[]>();
  return (status, path) => {
    const dialect = dialectOf(path);
    const key = `${dialect} ${status}`;
    const codes = known.get(key) ?? ERROR_CODES.filter((code) => renderError(new CallplaneError(code), dialect).status === status);
    known.set(key, codes);
    return codes;
  };
}

const HEADERS: Readonly<Record<number, JsonObject>> = {
  401: { "WWW-Authenticate": { description: "How to authenticate.", schema: { type: "string" } } },
  429: { "Retry-After": { description: "Seconds until it makes sense to try again.", schema: { type: "integer", minimum: 1 } } },
  503: { "Retry-After": { description: "Seconds until it makes sense to try again.", schema: { type: "integer", minimum: 1 } } },
};

function response(schema: string, status: number, path: string, codesOf: CodesOf): JsonObject {
  const codes = codesOf(status, path);
  // The refusal of somebody else's call has words of its own, the same in every face.
  const plain = codes.filter((code) => code !== "NotYourCall");
  const bodies = plain.map((code) => ({ code, body: renderError(new CallplaneError(code), path).body }));
  const isCode = bodies.every(({ code, body }) => body["error"] === code);
  const narrowed = isCode ? { allOf: [refTo(schema), { type: "object", properties: { error: { type: "string", enum: codes } } }] } : refTo(schema);
  return {
    description: `${STATUS_CODES[status] ?? "Refused"}: ${codes.map((code) => `\`${code}\` (${ERROR_CATALOGUE[code].message.replace(/\.$/, "")})`).join(", ")}.`,
    ...(status in HEADERS ? { headers: HEADERS[status] } : {}),
    content: { "application/json": { schema: narrowed, example: bodies[0]?.body } },
  };
}
