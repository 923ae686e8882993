/** What each operation may answer besides its success, in the words of its face. */
import { STATUS_CODES } from "node:http";
import { CallplaneError, ERROR_CATALOGUE, ERROR_CODES, type ErrorCode } from "../../errors.js";
import { dialectOf, renderError } from "../error-bodies.js";
import { componentsOf, isObject, listOf, objectOf, operationsOf, refName, refTo, stringsOf, type JsonObject, type Operation } from "./json.js";

const CHANGES: ReadonlySet<string> = new Set(["post", "put", "patch", "delete"]);

/** Codes of which FreeSWITCH, or what may be dialled by it, is the cause. */
const OF_SWITCH: ReadonlySet<ErrorCode> = new Set(["Timeout", "USER_BUSY", "USER_NOT_REGISTERED", "NO_ANSWER", "CALL_REJECTED", "CANCELED", "CALL_FAILED", "PHONE_DID_NOT_ANSWER", "HELD_BY_PHONE", "NUMBER_NOT_ALLOWED", "DIAL_LIMIT"]);
/** Only what is configured is pointed to. */
const OF_CONFIGURATION: ReadonlySet<ErrorCode> = new Set(["InUse"]);
/** What belongs to an agent: a call, its record, its recording. */
const OWNED: ReadonlySet<unknown> = new Set(["call", "calllog", "recording"]);

const HINTS = "x-refusals";
interface Hints {
  /** Whether FreeSWITCH is asked. */
  readonly asksSwitch: boolean;
  /** The object that the path names. */
  readonly names: string | undefined;
  /** Further statuses. */
  readonly refuses: readonly number[];
}

/** What a route says of its refusals, for `describeRefusals`, which takes it out of the document again. */
export const refusalHints = (hints: Hints): JsonObject => ({ [HINTS]: hints });

/** What an operation may refuse with. */
interface Refuses {
  readonly path: string;
  readonly asksSwitch: boolean;
  readonly isOwned: boolean;
}

/** The schema of a refusal where the operation's face has none of its own. */
const NATIVE = "Error";
/** Those of the public probes are few. */
const PROBE_STATUSES = [405] as const;

/** Replaces `4XX` and `5XX` by the statuses that the operation has, with their codes. */
export function describeRefusals(document: JsonObject): void {
  const responses = componentsOf(document, "responses");
  const codesOf = remembering();
  for (const operation of operationsOf(document)) {
    const given = objectOf(operation.value["responses"]);
    const own = Object.fromEntries(Object.entries(given).filter(([status]) => !/^[45]XX$/.test(status)));
    const schema = refName(objectOf(Object.values(objectOf(objectOf(given["4XX"])["content"]))[0])["schema"]) ?? NATIVE;
    const { asksSwitch, names, refuses } = objectOf(operation.value[HINTS]);
    delete operation.value[HINTS];
    const what: Refuses = { path: operation.path, asksSwitch: asksSwitch === true, isOwned: OWNED.has(names) || operation.path.startsWith("/call/") };
    const all: JsonObject = { ...own };
    for (const status of statusesOf(operation, what, listOf(refuses), codesOf)) {
      if (String(status) in own) continue;
      const name = nameOf(schema, status, what, codesOf);
      responses[name] ??= response(schema, status, what, codesOf);
      all[String(status)] = { $ref: `#/components/responses/${name}` };
    }
    operation.value["responses"] = all;
  }
}

/** Where others of the schema have other codes with this status, the name says whose they are. */
function nameOf(schema: string, status: number, what: Refuses, codesOf: CodesOf): string {
  const of = (asksSwitch: boolean, isOwned: boolean): string => codesOf(status, { ...what, asksSwitch, isOwned }).join();
  const codes = of(what.asksSwitch, what.isOwned);
  if (codes === of(false, false)) return `${schema}${status}`;
  return `${codes === of(true, false) ? "Switch" : codes === of(false, true) ? "Owned" : "Call"}${schema}${status}`;
}

function statusesOf(operation: Operation, what: Refuses, further: readonly unknown[], codesOf: CodesOf): readonly number[] {
  const { method, path, value } = operation;
  if (value["x-uncounted"] === true && path.startsWith("/health")) return PROBE_STATUSES;
  const changes = CHANGES.has(method);
  const isSecured = stringsOf(value["x-roles"]).length > 0;
  const hasBody = isObject(value["requestBody"]);
  const isConditional = listOf(value["parameters"]).some((each) => objectOf(each)["name"] === "If-Match");
  return [
    400,
    ...(isSecured ? [401] : []),
    ...(isSecured ? [403] : []),
    ...(path.includes("{") || (isSecured && changes) || path.startsWith("/call/") ? [404] : []),
    ...(isSecured && (changes || what.asksSwitch) ? [409] : []),
    ...(isConditional ? [412] : []),
    ...(hasBody ? [413, 415] : []),
    ...(value["x-uncounted"] === true ? [] : [429]),
    500,
    ...(path.endsWith(":stream") || path.endsWith("/Streams.json") ? [502] : []),
    503,
    ...(what.asksSwitch ? [504] : []),
    ...further.filter((status) => typeof status === "number"),
  ].filter((status) => codesOf(status, what).length > 0);
}

/** The codes that such an operation answers with this status in its face. */
type CodesOf = (status: number, what: Refuses) => readonly ErrorCode[];

/** Every operation asks for the same. */
function remembering(): CodesOf {
  // Bounded by the faces and the statuses.
  const known = new Map<string, readonly ErrorCode[]>();
  return (status, { path, asksSwitch, isOwned }) => {
    const dialect = dialectOf(path);
    const key = `${dialect} ${status} ${asksSwitch} ${isOwned}`;
    const isPossible = (code: ErrorCode): boolean => (asksSwitch ? !OF_CONFIGURATION.has(code) : !OF_SWITCH.has(code)) && (isOwned || code !== "NotYourCall");
    const codes = known.get(key) ?? ERROR_CODES.filter((code) => isPossible(code) && renderError(new CallplaneError(code), dialect).status === status);
    known.set(key, codes);
    return codes;
  };
}

const HEADERS: Readonly<Record<number, JsonObject>> = {
  401: { "WWW-Authenticate": { description: "How to authenticate.", schema: { type: "string" } } },
  429: { "Retry-After": { description: "Seconds until it makes sense to try again.", schema: { type: "integer", minimum: 1 } } },
  503: { "Retry-After": { description: "Seconds until it makes sense to try again.", schema: { type: "integer", minimum: 1 } } },
};

function response(schema: string, status: number, what: Refuses, codesOf: CodesOf): JsonObject {
  const codes = codesOf(status, what);
  // The refusal of somebody else's call has words of its own, the same in every face.
  const plain = codes.filter((code) => code !== "NotYourCall");
  const bodies = plain.map((code) => ({ code, body: renderError(new CallplaneError(code), what.path).body }));
  const isCode = bodies.every(({ code, body }) => body["error"] === code);
  const narrowed = isCode ? { allOf: [refTo(schema), { type: "object", properties: { error: { type: "string", enum: codes } } }] } : refTo(schema);
  return {
    description: `${STATUS_CODES[status] ?? "Refused"}: ${codes.map((code) => `\`${code}\` (${ERROR_CATALOGUE[code].message.replace(/\.$/, "")})`).join(", ")}.`,
    ...(status in HEADERS ? { headers: HEADERS[status] } : {}),
    content: { "application/json": { schema: narrowed, example: bodies[0]?.body } },
  };
}
