/** A server of voice programs on this machine: answers what a test says, and keeps what it was asked. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "../../lab/wait.js";

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Of the body, or of the query. */
  readonly form: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
}

export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: string | Buffer;
  /** The connection is closed instead. */
  readonly closes?: true;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (asked: Asked) => Answer | string | Promise<Answer | string>;

export class ProgramServer {
  readonly #server: Server;
  readonly #handlers = new Map<string, Handler>();
  readonly asked: Asked[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const url = new URL(request.url ?? "/", "http://server");
        const text = request.method === "POST" ? Buffer.concat(chunks).toString("utf8") : url.search.slice(1);
        const asked: Asked = { method: request.method ?? "", path: request.url ?? "/", form: Object.fromEntries(new URLSearchParams(text)), headers: request.headers };
        this.asked.push(asked);
        void Promise.resolve(this.#handlers.get(url.pathname)?.(asked) ?? { status: 404, body: "" }).then((given) => {
          const { status = 200, type = "text/xml", body, closes, headers = {} }: Answer = typeof given === "string" ? { body: given } : given;
          if (closes === true) return request.socket.destroy();
          response.writeHead(status, { ...(type === "" ? {} : { "content-type": type }), ...headers });
          return response.end(body);
        });
      });
    });
  }

  static async open(): Promise<ProgramServer> {
    const made = new ProgramServer();
    await new Promise<void>((resolve) => made.#server.listen(0, "127.0.0.1", resolve));
    return made;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** What is answered at a path: a document's verbs, or the whole answer. */
  on(path: string, answer: string | Handler): void {
    this.#handlers.set(path, typeof answer === "string" ? () => response(answer) : async (asked) => {
      const given = await answer(asked);
      return typeof given === "string" && !given.startsWith("<?") ? response(given) : given;
    });
  }

  reset(): void {
    this.#handlers.clear();
    this.asked.length = 0;
  }

  /** The requests for a path, as they came. */
  to(path: string): readonly Asked[] {
    return this.asked.filter((asked) => asked.path.split("?")[0] === path);
  }

  async next(path: string, nth = 0): Promise<Asked> {
    return eventually(`request ${nth + 1} of ${path}`, () => this.to(path)[nth], { details: () => `Asked: ${this.asked.map(({ method, path: at }) => `${method} ${at}`).join(", ")}` });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** A whole document around verbs. */
export const response = (verbs: string): string => `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;
