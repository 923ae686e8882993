import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import type { RawConnection } from "./raw-connection.js";

/** The server's ends of the connections that were made since: what the kernel and Node.js hold of them shows there alone. */
export class ServedSockets {
  /** By both ports, noted while it is open: a socket that has been destroyed knows its ports no more. */
  readonly #sockets = new Map<string, Socket>();
  readonly #note = (message: unknown): void => {
    const socket: unknown = typeof message === "object" && message !== null ? Reflect.get(message, "socket") : null;
    if (socket instanceof Socket && socket.remotePort !== undefined) this.#sockets.set(`${socket.remotePort} ${socket.localPort}`, socket);
  };

  constructor() {
    subscribe("net.server.socket", this.#note);
  }

  /** The other end of a client's connection; undefined until the server has accepted it. */
  of(client: RawConnection): Socket | undefined {
    return this.#sockets.get(`${client.port} ${client.serverPort}`);
  }

  /** Whether the server has let go of it; a client that does not read learns nothing of that. */
  lost(client: RawConnection): boolean {
    return this.of(client)?.destroyed === true;
  }

  close(): void {
    unsubscribe("net.server.socket", this.#note);
    this.#sockets.clear();
  }
}
