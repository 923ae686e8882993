/**
 * The listener, for the whole life of the process. While this process is in standby, starts or stops, every request is refused with 503, with the error
 * body of the path's face, or in words to a browser that opens a page; health probes are answered.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import Fastify, { LogController, type FastifyInstance } from "fastify";
import { within } from "../abort.js";
import { Connections } from "../connections/index.js";
import { CallplaneError } from "../errors.js";
import { sendError } from "./errors.js";
import { addCors } from "./origins.js";
import { addRequestLog, requestId } from "./logging.js";
import type { HttpConfig, HttpServices } from "./services.js";
import { isOpened, sendWaitingPage } from "./waiting-page.js";

/** Why this process does not serve requests now. */
export interface Standing {
  readonly status: "starting" | "standby" | "stopping";
  /** A sentence. */
  readonly reason: string;
  /** The nodes of the configuration, and which process owns each; null: none. */
  readonly nodes: readonly { readonly name: string; readonly owner: string | null }[];
}

export interface FrontOptions {
  readonly config: HttpConfig & { readonly host: string; readonly port: number };
  readonly metrics: HttpServices["metrics"];
  readonly logger: HttpServices["logger"];
  readonly standing: () => Standing;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

const RETRY_AFTER_S = 1;
const IDLE_CHECK_MS = 200;
const PROBES: ReadonlySet<string> = new Set(["/health/live", "/health/ready"]);

export class Front {
  readonly connections: Connections;
  readonly #app: FastifyInstance;
  readonly #standing: () => Standing;
  /** The app's handler, and whether requests go to it. */
  #handle: Handle | null = null;
  #admits = false;
  #url = "";
  #underWay = 0;
  #idle: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  private constructor({ config, metrics, logger, standing }: FrontOptions) {
    this.#standing = standing;
    this.connections = new Connections({ settings: config, peersAreProxies: config.trustProxy, metrics });
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
    addCors(this.#app, config);
    // Before the body is read.
    this.#app.addHook("onRequest", async (request) => {
      if (request.is404 || !PROBES.has(request.routeOptions.url ?? "")) throw refuse();
    });
    this.#app.setErrorHandler((_error, request, reply) => (isOpened(request) ? sendWaitingPage(standing().status, request, reply) : sendError(refuse(), request, reply)));
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

  /** From now on requests go to the app. */
  admit(): void {
    this.#admits = true;
  }

  /** Takes no new connection, and refuses further requests on open ones. Requests under way go on. Idempotent. */
  shut(): void {
    this.#admits = false;
    this.#closing ??= this.#app.close();
  }

  /** Resolves when no request is under way, at the latest after `limitMs`. */
  async quiet(limitMs: number): Promise<void> {
    if (this.#underWay === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    await within(idle, limitMs);
  }

  /** Lets requests under way end for `drainMs`, then cuts the rest off. */
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
