import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { HttpServices } from "./services.js";

/** A Fastify whose schemas are zod's. */
export type HttpApp = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, ZodTypeProvider>;

/** Adds the routes of a face, or of a part of one. */
export type Face = (app: HttpApp, services: HttpServices) => void | Promise<void>;
