import type { components } from "./openapi.js";

/** What points to something that was to be removed. */
export type UsedBy = NonNullable<components["schemas"]["Error"]["usedBy"]>[number];

/** What the server has refused, in its own words. */
export class ApiProblem extends Error {
  /** The HTTP status; 0: the server was not reached. */
  readonly status: number;
  /** A code of the API's catalogue, such as `USER_BUSY`; `Unreachable` when the server was not reached. */
  readonly code: string;
  /** The parameter that is at fault, where the message names one. */
  readonly field: string | null;
  /** Milliseconds after which it may be tried again, where the server says so. */
  readonly retryAfterMs: number | null;
  /** Of `InUse` alone. */
  readonly usedBy: readonly UsedBy[];

  constructor({ status, code, message, retryAfterMs = null, usedBy = [] }: { readonly status: number; readonly code: string; readonly message: string; readonly retryAfterMs?: number | null; readonly usedBy?: readonly UsedBy[] }) {
    super(message);
    this.name = "ApiProblem";
    this.status = status;
    this.code = code;
    this.field = code === "InvalidParameter" ? (/^([\w.]+): /.exec(message)?.[1] ?? null) : null;
    this.retryAfterMs = retryAfterMs;
    this.usedBy = usedBy;
  }
}

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** Reads the answer's body, `{error, message}` or `{status, description}`. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const fields: Readonly<Record<string, unknown>> = typeof body === "object" && body !== null ? { ...body } : {};
  const retryAfter = Number(response.headers.get("retry-after"));
  return new ApiProblem({
    status: response.status,
    code: textOf(fields["error"]) ?? textOf(fields["status"]) ?? String(response.status),
    message: textOf(fields["message"]) ?? textOf(fields["description"]) ?? response.statusText,
    retryAfterMs: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : null,
    usedBy: Array.isArray(fields["usedBy"]) ? (fields["usedBy"] as readonly UsedBy[]) : [],
  });
}

/** What is said of it; `unreachable`: of a server that was not reached, which has said nothing. */
export const sentenceOf = ({ code, message }: Pick<ApiProblem, "code" | "message">, unreachable: string): string => (code === "Unreachable" ? unreachable : message);

export const unreachable = (): ApiProblem => new ApiProblem({ status: 0, code: "Unreachable", message: "" });
