import type { FastifyRequest } from "fastify";
import type { LiveHub } from "./hub.js";
import type { Reader, Transport } from "./reader.js";
import type { Credential } from "./sessions.js";
import { topicsIn } from "./topics.js";

function inQuery({ query }: FastifyRequest, name: string): string | null {
  const given: unknown = typeof query === "object" && query !== null ? Reflect.get(query, name) : undefined;
  return typeof given === "string" ? given : null;
}

function lastEventIdOf(request: FastifyRequest): string | null {
  const header = request.headers["last-event-id"];
  return typeof header === "string" && header !== "" ? header : inQuery(request, "lastEventId");
}

/** The topics that the request names; null: all. Throws InvalidParameter: call it before a connection is taken over. */
export const topicsOf = (request: FastifyRequest): readonly string[] | null => topicsIn(inQuery(request, "topics"));

/** Whether the request asks to be told that the stream is alive. */
const wantsAlive = (request: FastifyRequest): boolean => inQuery(request, "alive") === "true";

/** Ties a connection to its reader, and logs its beginning and end: Fastify never answers a stream's request, so no hook logs it. */
export class OpenStream {
  readonly #hub: LiveHub;
  readonly #request: FastifyRequest;
  readonly #startedAt = performance.now();
  #reader: Reader | null = null;

  constructor(hub: LiveHub, request: FastifyRequest) {
    this.#hub = hub;
    this.#request = request;
  }

  open(credential: Credential, transport: Transport): void {
    const { organizationId, name } = credential.actor;
    try {
      this.#reader = this.#hub.open(credential, transport, lastEventIdOf(this.#request), { topics: topicsOf(this.#request), alive: wantsAlive(this.#request) });
      this.#request.log.info({ organization: organizationId, actor: name, route: this.#request.routeOptions.url }, "event stream opened");
    } catch (error) {
      this.#request.log.warn({ err: error }, "an event stream could not be opened");
      transport.close("failed");
    }
  }

  /** The connection has room again. */
  readonly drained = (): void => this.#reader?.pump();

  /** The connection is gone. */
  readonly left = (): void => {
    if (this.#reader === null) return;
    this.#reader.left();
    this.#reader = null;
    this.#request.log.info({ seconds: Math.round((performance.now() - this.#startedAt) / 1000) }, "event stream closed");
  };
}
