/** The API's own description (`/docs/json`) as a list of requests, so that a new route cannot be forgotten. */
import { z } from "zod";
import { ERROR_CATALOGUE } from "../../src/errors.js";

interface Schema {
  readonly $ref?: string | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
}
const Schema: z.ZodType<Schema> = z.lazy(() => z.object({ $ref: z.string().optional(), properties: z.record(z.string(), z.unknown()).optional(), anyOf: z.array(Schema).optional() }));
const Operation = z.object({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  parameters: z.array(z.object({ in: z.string(), name: z.string() })).optional(),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: Schema.optional() })) }).optional(),
});
const Description = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)), components: z.object({ schemas: z.record(z.string(), Schema) }) });

export interface ApiRoute {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  readonly isPublic: boolean;
  readonly pathParameters: readonly string[];
  readonly query: readonly string[];
  /** Null: takes no body. */
  readonly body: readonly string[] | null;
}

export async function describedRoutes(url: string): Promise<ApiRoute[]> {
  const { paths, components } = Description.parse(await (await fetch(`${url}/docs/json`)).json());
  const fieldsOf = (schema: Schema | undefined): string[] => {
    if (schema === undefined) return [];
    if (schema.$ref !== undefined) return fieldsOf(components.schemas[schema.$ref.split("/").at(-1) ?? ""]);
    // Of a choice the first: fields of several shapes do not go together.
    return [...Object.keys(schema.properties ?? {}), ...fieldsOf(schema.anyOf?.[0])];
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { operationId, security, parameters = [], requestBody }]) => {
      const [media] = Object.values(requestBody?.content ?? {});
      return {
        method: method.toUpperCase(),
        path,
        operation: operationId,
        isPublic: security === undefined || security.length === 0 || security.some((each) => Object.keys(each).length === 0),
        pathParameters: parameters.filter((each) => each.in === "path").map(({ name }) => name),
        query: parameters.filter((each) => each.in === "query").map(({ name }) => name),
        body: requestBody === undefined ? null : fieldsOf(media?.schema),
      };
    }),
  );
}

const isCode = (code: unknown): boolean => typeof code === "string" && Object.hasOwn(ERROR_CATALOGUE, code);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "" && value.length < 500;
const keysOf = (body: object): string => Object.keys(body).sort().join(" ");

/** Why the body is not what this face says of a refusal; null when it is. */
export function dialectFault(path: string, body: unknown): string | null {
  if (typeof body !== "object" || body === null) return `no object: ${String(body).slice(0, 80)}`;
  const field = (name: string): unknown => Reflect.get(body, name);
  const keys = keysOf(body);
  if (path.startsWith("/call/") || path === "/call") return keys === "description status" && isText(field("status")) && isText(field("description")) ? null : JSON.stringify(body);
  if (path.startsWith("/api/v2")) {
    const fits = /^info( message)? status$/.test(keys) && field("status") === "error" && isText(field("info")) && String(field("info")).startsWith("-ERR ");
    return fits ? null : JSON.stringify(body);
  }
  if (path.startsWith("/v1/")) return /^error( message)? status$/.test(keys) && field("status") === "fail" && isCode(field("error")) ? null : JSON.stringify(body);
  if (path.startsWith("/2010-04-01/")) {
    const fits = keys === "code message more_info status" && Number.isInteger(field("code")) && Number.isInteger(field("status")) && isText(field("message")) && isText(field("more_info"));
    return fits ? null : JSON.stringify(body);
  }
  return keys === "error message" && isCode(field("error")) && isText(field("message")) ? null : JSON.stringify(body);
}
