/** Who may use a route: declared by each, checked by one hook. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { CallplaneError, type ErrorCode } from "../errors.js";
import type { Actor, Role } from "../people/index.js";
import type { Credential } from "./openapi/info.js";
import type { HttpServices } from "./services.js";

export interface RouteAccess {
  /** `public` needs no token. */
  readonly roles: readonly Role[] | "public";
  /** A probe: never counted against a limit. */
  readonly uncounted?: true;
  /** The object that a path parameter names: who lacks a right learns first whether it exists (404 before 403). */
  readonly names?: { readonly object: "call" | "agent" | "calllog" | "recording" | "message" | "callback" | "config" | "line" | "webhook" | "organization" | "user" | "token" | "trunk"; readonly parameter: string };
  /** Another credential than a token (a ticket); null when the request holds none. Throws Unauthorized for a bad one. */
  readonly otherwise?: (request: FastifyRequest) => Promise<Actor | null>;
  /** The credential that is taken besides tokens, as the document names it. */
  readonly credential?: Credential;
  /** Without that credential nothing is done, although no token is needed. */
  readonly credentialNeeded?: true;
}

declare module "fastify" {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** Takes an `Idempotency-Key`. */
    idempotent?: boolean;
    /** Takes an `If-Match`. */
    conditional?: boolean;
    /** Whether FreeSWITCH is asked, and may refuse; default: true for a change of the call that the path names. */
    asksSwitch?: boolean;
    /** Statuses that it refuses with besides those that follow from who may use it and what it takes. */
    refuses?: readonly number[];
  }
  interface FastifyRequest {
    /** Who asks; null on public routes. */
    actor: Actor | null;
    /** The calls that the request is about, for the log. Bounded by the parameters of one request. */
    callIds: string[];
    /** Why the request was refused, for the log and for idempotency. */
    refusal: ErrorCode | null;
  }
}

export const EVERY_ROLE = ["agent", "supervisor", "admin", "service", "root"] as const satisfies readonly Role[];
export const SUPERVISING_ROLES = ["supervisor", "admin", "service", "root"] as const satisfies readonly Role[];

/** Who may change how an organization is set up. */
export const CONFIGURING_ROLES = ["admin", "service", "root"] as const satisfies readonly Role[];

export const PUBLIC: RouteAccess = { roles: "public" };
export const PROBE: RouteAccess = { roles: "public", uncounted: true };
export const SIGNED_IN: RouteAccess = { roles: EVERY_ROLE };

/** Access to a route whose path parameter names a call. */
export const onCall = (roles: readonly Role[] = EVERY_ROLE, parameter = "id"): RouteAccess => ({ roles, names: { object: "call", parameter } });
/** Access to a route whose path parameter names an agent. */
export const onAgent = (roles: readonly Role[] = EVERY_ROLE, parameter = "agentid"): RouteAccess => ({ roles, names: { object: "agent", parameter } });

/** Access to a route whose path parameter names a configuration, a phone line or a webhook. */
export const onVoiceConfig = (object: "config" | "line" | "webhook", roles: readonly Role[]): RouteAccess => ({ roles, names: { object, parameter: `${object}id` } });

/** The actor of a route that needs a token. Throws Unauthorized. */
export function actorOf(request: FastifyRequest): Actor {
  if (request.actor === null) throw new CallplaneError("Unauthorized");
  return request.actor;
}

function parameterOf(request: FastifyRequest, name: string): string | null {
  const { params } = request;
  if (typeof params !== "object" || params === null) return null;
  const value: unknown = Reflect.get(params, name);
  return typeof value === "string" ? value : null;
}

/** Throws NotFound when the object that the route names is not there for this actor. */
async function requireExistence({ calls, agents, callLogs, messages, callbacks, voiceConfiguration, webhooks, administration }: HttpServices, actor: Actor, access: RouteAccess, request: FastifyRequest): Promise<void> {
  const id = access.names === undefined ? null : parameterOf(request, access.names.parameter);
  if (id === null) return;
  try {
    if (access.names?.object === "call") calls.get(actor, id);
    else if (access.names?.object === "calllog") await callLogs.get(actor, id);
    else if (access.names?.object === "recording") await callLogs.recording(actor, id);
    else if (access.names?.object === "message") await messages.get(actor, id);
    else if (access.names?.object === "callback") await callbacks.get(actor, id);
    else if (access.names?.object === "config") voiceConfiguration.config(actor, id);
    else if (access.names?.object === "line") voiceConfiguration.line(actor, id);
    else if (access.names?.object === "webhook") webhooks.get(actor, id);
    else if (access.names?.object === "organization") await administration.organizations.get(actor, Number(id));
    else if (access.names?.object === "user") await administration.users.get(actor, Number(id));
    else if (access.names?.object === "token") await administration.tokens.get(actor, id);
    else if (access.names?.object === "trunk") await administration.trunks.get(actor, id);
    else agents.get(actor, id);
  } catch (error) {
    if (!(error instanceof CallplaneError) || error.code === "NotFound") throw error;
  }
}

/** Makes the app fail at start when a route does not declare who may use it, and refuses every other role. */
export function addAccessControl(app: FastifyInstance, services: HttpServices): void {
  app.addHook("onRoute", (route) => {
    if (route.config?.access === undefined) throw new Error(`The route ${String(route.method)} ${route.url} does not declare who may use it (config.access).`);
  });
  app.addHook("preHandler", async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access.roles === "public") return;
    if (access.names?.object === "call") {
      const id = parameterOf(request, access.names.parameter);
      if (id !== null) request.callIds.push(id);
    }
    const actor = actorOf(request);
    if (access.roles.includes(actor.role)) return;
    await requireExistence(services, actor, access, request);
    throw new CallplaneError("Forbidden");
  });
}
