/** The event socket's listening side. */
import { createServer, type Server } from "node:net";
import { Connection, type ConnectionContext } from "./wire/connection.js";

export class EventSocketServer {
  readonly #context: ConnectionContext;
  readonly #host: string;
  readonly #connections = new Set<Connection>();
  #port: number;
  #server: Server | undefined;
  /** Opening and closing in order, whatever is asked for meanwhile. */
  #transition: Promise<void> = Promise.resolve();

  constructor(context: ConnectionContext, address: { readonly host: string; readonly port: number }) {
    this.#context = context;
    this.#host = address.host;
    this.#port = address.port;
  }

  /** The port that clients connect to; known once listening. */
  get port(): number {
    return this.#port;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Resolves when clients can connect. Rejects when the address cannot be bound. Does nothing when it listens. */
  listen(): Promise<void> {
    return this.#next(() => this.#open());
  }

  /** Resolves when new connections are refused; open ones stay. */
  refuse(): Promise<void> {
    return this.#next(() => this.#shut());
  }

  /** Closes every connection, with the notice that FreeSWITCH sends or (`abrupt`) without a word. */
  disconnectAll(options: { readonly abrupt: boolean }): void {
    for (const connection of this.#connections) {
      if (options.abrupt) connection.destroy();
      else connection.disconnect();
    }
    this.#connections.clear();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    const refused = this.refuse();
    this.disconnectAll({ abrupt: true });
    await refused;
  }

  #next(step: () => Promise<void>): Promise<void> {
    const result = this.#transition.then(step);
    this.#transition = result.catch(() => undefined);
    return result;
  }

  async #open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((socket) => {
      const connection = new Connection(socket, this.#context);
      this.#connections.add(connection);
      socket.once("close", () => this.#connections.delete(connection));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, this.#host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    const address = server.address();
    if (address !== null && typeof address !== "string") this.#port = address.port;
    this.#server = server;
  }

  async #shut(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    // close() stops listening at once; its callback waits for the open connections, which may stay.
    server.close();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
