import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { systemClock, type Clock } from "../clock.js";
import type { Metrics } from "../metrics.js";
import { addressGroup } from "../security/index.js";
import { InOrder, type HandleRequest } from "./in-order.js";
import type { ConnectionSettings } from "./limits.js";
import { Taking } from "./taking.js";

export interface ConnectionsOptions {
  readonly settings: ConnectionSettings;
  /** The peer of each connection is the proxy in front, so connections are not counted by address. */
  readonly peersAreProxies: boolean;
  readonly metrics: Pick<Metrics, "connectionEnded">;
  readonly clock?: Clock;
}

const SWEEP_MS = 1000;
/** The head of a request is small: a client that takes longer does so on purpose. */
const MAX_HEADERS_MS = 15_000;
/** Longer than the minute for which proxies and load balancers keep their connections. */
const KEEP_ALIVE_MS = 72_000;

interface Connection {
  readonly requests: InOrder;
  readonly taking: Taking;
  /** Null: proven, or not counted. */
  unproven: string | null;
}

/**
 * All connections to one listener from the first byte, WebSockets and event streams too. It makes the HTTP server, limits the pipelined requests of each
 * connection, ends connections that read nothing, and limits those of an address until they have carried an authenticated request.
 */
export class Connections {
  readonly #settings: ConnectionSettings;
  readonly #countsAddresses: boolean;
  readonly #metrics: Pick<Metrics, "connectionEnded">;
  readonly #clock: Clock;
  /** By socket. Bounded by `connectionsMax`. */
  readonly #open = new Map<Socket, Connection>();
  /** Unproven connections by address. Bounded by the open connections: an address leaves with its last one. */
  readonly #unproven = new Map<string, number>();
  /** Bounded by the addresses that are listened on. */
  readonly #servers: Server[] = [];
  readonly #stop: () => void;

  constructor({ settings, peersAreProxies, metrics, clock = systemClock }: ConnectionsOptions) {
    this.#settings = settings;
    this.#countsAddresses = !peersAreProxies;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#stop = clock.every(SWEEP_MS, () => this.#sweep());
  }

  get size(): number {
    return this.#open.size;
  }

  /** For Fastify's `serverFactory`. */
  readonly server = (handle: HandleRequest): Server => {
    const receiveMs = this.#settings.receiveTimeoutS * 1000;
    const server = createServer({
      headersTimeout: Math.min(receiveMs, MAX_HEADERS_MS),
      requestTimeout: receiveMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: SWEEP_MS,
      // Detects peers that are gone without closing.
      keepAlive: true,
      // Node.js itself would answer a request without Host out of turn and without a limit; InOrder does it.
      requireHostHeader: false,
    });
    server.maxConnections = this.#settings.connectionsMax;
    server.on("drop", () => this.#metrics.connectionEnded("total"));
    server.on("connection", (socket: Socket) => this.#opened(socket, handle));
    const take = (request: IncomingMessage, response: ServerResponse): void => {
      const connection = this.#open.get(request.socket);
      if (connection === undefined) request.socket.destroy();
      else connection.requests.take(request, response);
    };
    server.on("request", take);
    // An `Expect` other than 100-continue: it may be ignored (RFC 9110, 10.1.1), where Node.js would answer 417 out of turn.
    server.on("checkExpectation", take);
    this.#servers.push(server);
    return server;
  };

  /** The connection has carried an authenticated request. */
  proven(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) this.#forgive(connection);
  }

  /** Whether a reply to an earlier request is still on its way. */
  isBusy(socket: Socket): boolean {
    return this.#open.get(socket)?.requests.isBusy === true;
  }

  /** Destroys all open connections. */
  end(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  /** Stops the sweep; the server closes the connections. Idempotent. */
  close(): void {
    this.#stop();
    // A server that never listened has a timer all the same.
    for (const server of this.#servers.splice(0)) if (!server.listening) server.close();
  }

  #opened(socket: Socket, handle: HandleRequest): void {
    const { connectionsPerAddress, pipelineMax } = this.#settings;
    const address = this.#countsAddresses ? addressGroup(socket.remoteAddress ?? "") : null;
    const count = address === null ? 0 : (this.#unproven.get(address) ?? 0);
    if (address !== null && count >= connectionsPerAddress) {
      this.#metrics.connectionEnded("address");
      socket.destroy();
      return;
    }
    const requests = new InOrder(socket, handle, pipelineMax, () => this.#metrics.connectionEnded("pipelined"));
    const connection: Connection = { requests, taking: new Taking(socket), unproven: address };
    this.#open.set(socket, connection);
    if (address !== null) this.#unproven.set(address, count + 1);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#forgive(connection);
      requests.clear();
    });
  }

  #forgive(connection: Connection): void {
    const { unproven } = connection;
    if (unproven === null) return;
    connection.unproven = null;
    const left = (this.#unproven.get(unproven) ?? 1) - 1;
    if (left > 0) this.#unproven.set(unproven, left);
    else this.#unproven.delete(unproven);
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [socket, { taking }] of this.#open) {
      if (socket.destroyed || !taking.isStalled(now, this.#settings.stallTimeoutS * 1000)) continue;
      this.#metrics.connectionEnded("stalled");
      socket.destroy();
    }
  }
}
