import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";

/** The server's ends of the connections that were made since: what the kernel and Node.js hold of them shows there alone. */
export class ServedSockets {
  #sockets: Socket[] = [];
  readonly #note = (message: unknown): void => {
    const socket: unknown = typeof message === "object" && message !== null ? Reflect.get(message, "socket") : null;
    if (socket instanceof Socket) this.#sockets.push(socket);
  };

  constructor() {
    subscribe("net.server.socket", this.#note);
  }

  /** The other end of a client's socket; undefined until the server has accepted it. */
  of(client: Socket): Socket | undefined {
    return this.#sockets.findLast((each) => each.remotePort === client.localPort);
  }

  /** Whether the server has let go of it; a client that does not read learns nothing of that. */
  lost(client: Socket): boolean {
    return this.of(client)?.destroyed === true;
  }

  close(): void {
    unsubscribe("net.server.socket", this.#note);
    this.#sockets = [];
  }
}
