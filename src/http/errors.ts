/** Turns whatever went wrong into an entry of the catalogue, and sends it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { CallplaneError, invalid, type ErrorCode } from "../errors.js";
import { isTwilioPath, renderError } from "./error-bodies.js";
import type { HttpServices } from "./services.js";

const pathOf = (url: string): string => url.split("?", 1)[0] ?? "";

// A name comes from the request, so it is cut to what is fit for a message.
const shown = (name: string): string => name.replace(/[^\x20-\x7e]/g, "?").slice(0, 64);

interface Issue {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What each shape that a body may have finds wrong with it. */
const Alternatives = z.array(z.array(z.looseObject({ code: z.string(), path: z.array(z.union([z.string(), z.number()])), message: z.string().optional() })));

/** Of the shapes that a body may have, what the one that it misses least finds wrong. */
function nearest(issue: Issue): Issue {
  const alternatives = issue.keyword === "invalid_union" ? Alternatives.safeParse(issue.params["errors"]).data : undefined;
  const [first] = alternatives?.toSorted((one, other) => one.length - other.length)[0] ?? [];
  if (first === undefined) return issue;
  const { code, path, message, ...params } = first;
  return nearest({ keyword: code, instancePath: `${issue.instancePath.replace(/\/$/, "")}/${path.join("/")}`, ...(message === undefined ? {} : { message }), params });
}

function fromIssue(given: Issue, context: string): CallplaneError {
  const issue = nearest(given);
  const { keys } = issue.params;
  if (issue.keyword === "unrecognized_keys" && Array.isArray(keys)) return invalid(shown(String(keys[0])), "is not a parameter of this operation.");
  const parameter = issue.instancePath.slice(1).replaceAll("/", ".");
  const message = issue.message ?? "is malformed.";
  return invalid(parameter === "" ? context : shown(parameter), message.endsWith("received undefined") ? "is missing." : message);
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = { 404: "NotFound", 405: "MethodNotAllowed", 413: "PayloadTooLarge", 415: "UnsupportedMediaType", 429: "RateLimited" };

/** What Fastify and its plugins refuse, by status; anything else is an unexpected error, whose text is not shown. */
export function toCallplaneError(error: unknown): CallplaneError {
  if (error instanceof CallplaneError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [issue] = error.validation;
    const context = error.validationContext === "querystring" ? "query" : (error.validationContext ?? "body");
    return issue === undefined ? invalid(context, "is malformed.") : fromIssue(issue, context);
  }
  if (error instanceof Error) {
    const code: unknown = Reflect.get(error, "code");
    const status: unknown = Reflect.get(error, "statusCode");
    if (code === "FST_ERR_BAD_URL") return invalid("path", "is not well encoded.");
    if (code === "FST_ERR_MAX_PARAM_LENGTH") return invalid("path", "is too long.");
    if (typeof status === "number" && status >= 400 && status < 500) {
      const known = CODE_OF_STATUS[status];
      return known === undefined ? invalid("body", "cannot be read.") : new CallplaneError(known);
    }
  }
  return new CallplaneError("Internal", undefined, {}, { cause: error });
}

/** Retry-After, seconds, for refusals that do not name a time. */
const DEFAULT_RETRY_S = 2;

/** Sends a refusal in the dialect of the path's face. */
export function sendError(error: CallplaneError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body } = renderError(error, pathOf(request.url));
  if (error.code === "Unauthorized") void reply.header("www-authenticate", isTwilioPath(pathOf(request.url)) ? 'Basic realm="Callplane"' : "Bearer");
  if ((error.status === 503 || error.status === 429) && !reply.hasHeader("retry-after")) {
    void reply.header("retry-after", String(Math.max(1, Math.ceil(error.details.retryAfterS ?? DEFAULT_RETRY_S))));
  }
  // Text, so that a response schema of the route does not get at it.
  return reply.code(status).header("cache-control", "no-store").type("application/json; charset=utf-8").send(JSON.stringify(body));
}

/** One error handler for all faces. Refusals for want of a right are in the audit log. */
export function addErrorHandling(app: FastifyInstance, { audit }: HttpServices): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = toCallplaneError(thrown);
    request.refusal = error.code;
    if (error.code === "Internal") request.log.error({ err: error.cause ?? error }, "unexpected error");
    // What may be dialled is audited by who decides it, with the number.
    if (error.status === 403 && error.code !== "NUMBER_NOT_ALLOWED" && request.actor !== null) {
      audit.append({
        at: new Date(),
        organizationId: request.actor.organizationId,
        actor: request.actor.name,
        action: "refused",
        target: error.details.callId ?? request.callIds[0] ?? pathOf(request.url).slice(0, 200),
        detail: { operation: request.routeOptions.schema?.operationId ?? "", code: error.code, reason: error.message.slice(0, 200) },
      });
    }
    return sendError(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    request.refusal = "NotFound";
    return sendError(new CallplaneError("NotFound", "There is no such route."), request, reply);
  });
}
