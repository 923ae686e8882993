/** The routes of a collection of objects: list, one, make, change, remove; what makes itself (a message) has none to make it. */
import type { FastifyRequest, FastifySchema, RawRequestDefaultExpression, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { RouteAccess } from "./access.js";
import type { HttpApp } from "./app-types.js";
import { CallplaneError } from "../errors.js";
import { contentTag, isExpected, matchesAny } from "./etag.js";
import { Turns } from "./turns.js";

/** Checked against the schema of the response when it is sent. */
interface Sent {
  Reply: Readonly<Record<string, unknown>> | undefined;
}

/** A request whose parts are what its schema says. */
type Asked<Schema extends FastifySchema> = FastifyRequest<Sent, RawServerDefault, RawRequestDefaultExpression, Schema, ZodTypeProvider>;

export interface Answer {
  /** Absent: nothing but the status. */
  readonly body?: Sent["Reply"];
  /** Its entity tag; absent: it has none. */
  readonly tag?: string;
  /** It has more than the tag stands for, so that no client has it already. */
  readonly isVolatile?: boolean;
}

/** What has no version is told apart by its content. */
export const tagged = (body: Readonly<Record<string, unknown>>): Answer => ({ body, tag: contentTag(body) });

export interface Operation<Schema extends FastifySchema> {
  readonly schema: Schema;
  readonly access: RouteAccess;
  readonly answer: (request: Asked<Schema>) => Answer | Promise<Answer>;
  /** Of what changes an object that has no version: the object before, whose tag an `If-Match` must name, else 412. Such changes of one object come one after another. */
  readonly before?: (request: Asked<Schema>) => Answer | Promise<Answer>;
}

export interface Collection<List extends FastifySchema, Fetch extends FastifySchema, Create extends FastifySchema, Update extends FastifySchema, Remove extends FastifySchema> {
  readonly url: string;
  /** Of one of its objects. */
  readonly item: string;
  readonly list: Operation<List>;
  readonly fetch: Operation<Fetch>;
  readonly create?: Operation<Create>;
  readonly update?: Operation<Update> & { readonly method: "PUT" | "POST" };
  readonly remove?: Operation<Remove> & { readonly status: 200 | 204 };
}

/** The parameter that a path ends with, and what it may be. */
const ITS_NAME = /:([a-z]+)(?:\([^)]*\))?$/;

/** Adds them. A reader who has what a tag stands for is answered with 304. */
export function addCollection<List extends FastifySchema, Fetch extends FastifySchema, Create extends FastifySchema, Update extends FastifySchema, Remove extends FastifySchema>(
  app: HttpApp,
  { url, item, list, fetch, create, update, remove }: Collection<List, Fetch, Create, Update, Remove>,
): void {
  const turns = new Turns();
  add(app, turns, "GET", url, 200, list);
  add(app, turns, "GET", item, 200, fetch);
  if (create !== undefined) add(app, turns, "POST", url, 201, create, ITS_NAME.test(item) ? `${app.prefix}${item.replace(ITS_NAME, "{$1|id|name}")}` : undefined);
  if (update !== undefined) add(app, turns, update.method, item, 200, update);
  if (remove !== undefined) add(app, turns, "DELETE", item, remove.status, remove);
}

/** Of a reply no matter what its schema is. */
interface Replying {
  statusCode: number;
  header(name: string, value: string): unknown;
  send(body?: unknown): unknown;
}

function add<Schema extends FastifySchema>(app: HttpApp, turns: Turns, method: "GET" | "POST" | "PUT" | "DELETE", url: string, status: number, { schema, access, answer, before }: Operation<Schema>, created?: string): void {
  // What WITH_TAG says.
  const conditional = method === "PUT" || method === "DELETE";
  app.route<Sent, unknown, Schema>({
    method,
    url,
    schema,
    config: { access, conditional, ...(created === undefined ? {} : { created }) },
    async handler(request, reply) {
      const isConditional = before !== undefined && request.headers["if-match"] !== undefined;
      finish(request, reply, await (isConditional ? turns.run(request.url, () => ifMatched(request)) : answer(request)));
      return reply;
    },
  });

  async function ifMatched(request: Asked<Schema>): Promise<Answer> {
    const found = await before?.(request);
    if (found?.tag !== undefined && !isExpected(request, found.tag)) throw new CallplaneError("PreconditionFailed");
    return answer(request);
  }

  function finish({ headers }: Pick<FastifyRequest, "headers">, reply: Replying, { body, tag, isVolatile = false }: Answer): void {
    const isKnown = tag !== undefined && !isVolatile && method === "GET" && matchesAny(headers["if-none-match"], tag);
    if (tag !== undefined) reply.header("etag", tag);
    reply.statusCode = isKnown ? 304 : status;
    reply.send(isKnown ? undefined : body);
  }
}
