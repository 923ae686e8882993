/** What operations answer, held against what the document says that they answer. */
import { z } from "zod";
import { ERROR_CODES } from "../../src/errors.js";
import { componentsOf, listOf, objectOf, operationsOf, type JsonObject } from "../../src/http/openapi/json.js";

const Coded = z.looseObject({ error: z.enum(ERROR_CODES) });

export class Answers {
  /** By operation: statuses, and refusals as `409 Conflict`. */
  readonly #seen = new Map<string, Set<string>>();

  note(operation: string, status: number, body: unknown): void {
    // A path that is no operation's with this method.
    if (status === 405) return;
    const seen = this.#seen.get(operation) ?? new Set<string>();
    this.#seen.set(operation, seen.add(String(status)));
    const { data } = Coded.safeParse(body);
    if (data !== undefined) seen.add(`${status} ${data.error}`);
  }

  get size(): number {
    return this.#seen.size;
  }

  /** What was answered and is not described. */
  undocumented(document: JsonObject): readonly string[] {
    const described = new Map(operationsOf(document).map(({ value }) => [String(value["operationId"]), answersOf(document, objectOf(value["responses"]))]));
    return [...this.#seen].flatMap(([operation, seen]) => {
      const known = described.get(operation);
      return known === undefined ? [] : [...seen].filter((answer) => !known.has(answer)).map((answer) => `${operation}: ${answer}`);
    });
  }
}

/** The statuses of an operation, and its refusals with their codes. */
export function answersOf(document: JsonObject, given: JsonObject): ReadonlySet<string> {
  return new Set(Object.entries(given).flatMap(([status, response]) => [status, ...codesOf(document, response).map((code) => `${status} ${code}`)]));
}

function codesOf(document: JsonObject, given: unknown): readonly string[] {
  const ref = objectOf(given)["$ref"];
  const response = objectOf(typeof ref === "string" ? componentsOf(document, "responses")[ref.split("/").at(-1) ?? ""] : given);
  const schema = objectOf(objectOf(objectOf(response["content"])["application/json"])["schema"]);
  return listOf(schema["allOf"]).flatMap((each) => listOf(objectOf(objectOf(objectOf(each)["properties"])["error"])["enum"])).filter((code) => typeof code === "string");
}
