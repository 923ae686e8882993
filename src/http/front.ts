/**
 * The listener, for the whole life of the process. While Callplane is not at work here (it waits for another process, begins, or stops) whoever asks
 * gets an answer all the same, in the words of the path's face.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import Fastify, { LogController, type FastifyInstance } from "fastify";
import { within } from "../abort.js";
import { Connections, connectionLimits } from "../connections/index.js";
import { CallplaneError } from "../errors.js";
import { sendError } from "./errors.js";
import { addRequestLog, requestId } from "./logging.js";
import type { HttpConfig, HttpServices } from "./services.js";

/** Why Callplane is not at work in this process. */
export interface Standing {
  readonly status: "starting" | "standby" | "stopping";
  /** A sentence. */
  readonly reason: string;
  /** The nodes of the configuration, and who has them; null: nobody. */
  readonly nodes: readonly { readonly name: string; readonly owner: string | null }[];
}

export interface FrontOptions {
  readonly config: HttpConfig & { readonly host: string; readonly port: number };
  readonly metrics: HttpServices["metrics"];
  readonly logger: HttpServices["logger"];
  readonly standing: () => Standing;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** For an operation that will be possible in a moment. */
const RETRY_AFTER_S = 1;
const IDLE_CHECK_MS = 200;
const PROBES: ReadonlySet<string> = new Set(["/health/live", "/health/ready"]);

export class Front {
  readonly connections: Connections;
  readonly #app: FastifyInstance;
  readonly #standing: () => Standing;
  /** The app's, and whether it answers. */
  #handle: Handle | null = null;
  #admits = false;
  #url = "";
  #underWay = 0;
  #idle: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  private constructor({ config, metrics, logger, standing }: FrontOptions) {
    this.#standing = standing;
    this.connections = new Connections({ limits: connectionLimits(config, { peersAreProxies: config.trustProxy }), metrics });
    const refuse = (): CallplaneError => new CallplaneError("SwitchUnavailable", standing().reason, { retryAfterS: RETRY_AFTER_S });
    this.#app = Fastify({
      serverFactory: (handle) => this.connections.server((request, response) => this.#take(this.#admits ? (this.#handle ?? handle) : handle, request, response)),
      loggerInstance: logger,
      logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
      requestIdHeader: false,
      genReqId: requestId,
      frameworkErrors: (_error, request, reply) => void sendError(refuse(), request, reply),
      return503OnClosing: false,
      forceCloseConnections: "idle",
    });
    this.#app.addHook("onClose", async () => this.connections.close());
    addRequestLog(this.#app, { metrics });
    // Before anything is read of the body.
    this.#app.addHook("onRequest", async (request) => {
      if (request.is404 || !PROBES.has(request.routeOptions.url ?? "")) throw refuse();
    });
    this.#app.setErrorHandler((_error, request, reply) => sendError(refuse(), request, reply));
    this.#app.get("/health/live", { schema: { operationId: "live" } }, async (_request, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }));
    this.#app.get("/health/ready", { schema: { operationId: "ready" } }, async (_request, reply) => {
      const { status, reason, nodes } = this.#standing();
      return reply.code(503).header("retry-after", String(RETRY_AFTER_S)).header("cache-control", "no-store").send({ status, reason, nodes });
    });
  }

  /** Listens. Rejects when the address is in use, or none of this machine. */
  static async open(options: FrontOptions): Promise<Front> {
    const front = new Front(options);
    try {
      front.#url = await front.#app.listen({ host: options.config.host, port: options.config.port });
    } catch (error) {
      await front.#app.close();
      throw error;
    }
    return front;
  }

  /** `http://host:port`, with the port that was really taken. */
  get url(): string {
    return this.#url;
  }

  /** For the app's `serverFactory`: its requests come from this listener. */
  readonly server = (handle: Handle): Server => {
    this.#handle = handle;
    return this.#app.server;
  };

  /** From now on the app answers. */
  admit(): void {
    this.#admits = true;
  }

  /** Nothing new is taken: what still comes on connections that are open is refused. What is under way goes on. Idempotent. */
  shut(): void {
    this.#admits = false;
    this.#closing ??= this.#app.close();
  }

  /** Resolves when no request is under way, or after so many milliseconds. */
  async quiet(limitMs: number): Promise<void> {
    if (this.#underWay === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    await within(idle, limitMs);
  }

  /** Lets what is under way end for so long, and cuts off the rest. */
  async close(drainMs: number): Promise<void> {
    this.shut();
    const timer = setTimeout(() => this.connections.end(), drainMs);
    const idle = setInterval(() => this.#app.server.closeIdleConnections(), IDLE_CHECK_MS);
    try {
      await this.#closing;
    } finally {
      clearTimeout(timer);
      clearInterval(idle);
    }
  }

  #take(handle: Handle, request: IncomingMessage, response: ServerResponse): void {
    this.#underWay++;
    response.once("close", () => {
      this.#underWay--;
      if (this.#underWay === 0) this.#idle?.();
    });
    handle(request, response);
  }
}
