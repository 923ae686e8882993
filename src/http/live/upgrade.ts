import { createServer, ServerResponse, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

export interface UpgradeRelay {
  /** A server to hang the WebSocket plugin on: it emits the upgrades of the one path. */
  readonly server: Server;
  /** Call it when a request has been answered by HTTP after all: Node does not look after its socket any more. */
  answered(request: IncomingMessage): void;
}

/**
 * Sorts the upgrades of the app's server. With a listener for `upgrade`, Node takes every request with an Upgrade header out of its HTTP
 * parser, also the `h2c` that some HTTP clients offer with each request: such a GET is answered here as if it had no such header, and anything
 * with a body is refused, since the body is not read any more.
 */
export function relayUpgrades(app: FastifyInstance, path: string, isBusy: (socket: Socket) => boolean): UpgradeRelay {
  const server = createServer();
  const sockets = new WeakMap<IncomingMessage, Duplex>();
  app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A reply now would get into the middle of the reply to an earlier request.
    if (socket instanceof Socket && isBusy(socket)) {
      socket.destroy();
      return;
    }
    const isWebSocket = request.headers.upgrade?.toLowerCase() === "websocket";
    if (isWebSocket && request.method === "GET" && request.url?.split("?", 1)[0] === path) {
      sockets.set(request, socket);
      server.emit("upgrade", request, socket, head);
      return;
    }
    socket.on("error", () => socket.destroy());
    if (request.method === "GET" && socket instanceof Socket) {
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.on("finish", () => letGo(socket));
      app.routing(request, response);
      return;
    }
    socket.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    letGo(socket);
  });
  return {
    server,
    answered: (request) => {
      const socket = sockets.get(request);
      if (socket !== undefined) letGo(socket);
    },
  };
}

/** Half-open sockets are allowed on a server, so its end alone would leave it open for as long as the other side likes. */
const letGo = (socket: Duplex): void => void socket.end(() => socket.destroy());
