/** An HTTP/1.1 client that costs next to nothing, so that what is measured is the server. One request at a time on one kept-alive connection. */
import { connect, type Socket } from "node:net";

export interface HttpReply {
  readonly status: number;
  readonly etag: string | null;
  /** Bytes of the body. */
  readonly length: number;
  /** Empty unless asked for. */
  readonly body: string;
}

interface Pending {
  readonly keepBody: boolean;
  resolve(reply: HttpReply): void;
  reject(error: Error): void;
}

const HEAD_END = Buffer.from("\r\n\r\n");

export class HttpConnection {
  readonly #socket: Socket;
  readonly #headers: string;
  #pending: Pending | null = null;
  #head: Buffer = Buffer.alloc(0);
  #reply: { readonly status: number; readonly etag: string | null; readonly length: number } | null = null;
  #received = 0;
  #parts: Buffer[] = [];

  static async open(port: number, token: string | null): Promise<HttpConnection> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new HttpConnection(socket, token);
  }

  private constructor(socket: Socket, token: string | null) {
    this.#socket = socket;
    this.#headers = `Host: 127.0.0.1\r\n${token === null ? "" : `Authorization: Bearer ${token}\r\n`}`;
    socket.on("data", (chunk: Buffer) => this.#data(chunk));
    socket.on("error", (error) => this.#pending?.reject(error));
    socket.on("close", () => this.#pending?.reject(new Error("the server closed the connection")));
  }

  request(method: "GET" | "POST", path: string, options: { readonly headers?: string; readonly keepBody?: boolean } = {}): Promise<HttpReply> {
    if (this.#pending !== null) return Promise.reject(new Error("one request at a time"));
    return new Promise((resolve, reject) => {
      this.#pending = { keepBody: options.keepBody ?? false, resolve, reject };
      this.#socket.write(`${method} ${path} HTTP/1.1\r\n${this.#headers}${options.headers ?? ""}${method === "POST" ? "Content-Length: 0\r\n" : ""}\r\n`);
    });
  }

  /** As `request`; throws on any other status. */
  async expect(status: number, method: "GET" | "POST", path: string, options: { readonly headers?: string; readonly keepBody?: boolean } = {}): Promise<HttpReply> {
    const reply = await this.request(method, path, options);
    if (reply.status !== status) throw new Error(`${method} ${path}: ${reply.status} ${reply.body}`);
    return reply;
  }

  close(): void {
    this.#pending = null;
    this.#socket.destroy();
  }

  #data(chunk: Buffer): void {
    let body = chunk;
    if (this.#reply === null) {
      const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
      const end = head.indexOf(HEAD_END);
      if (end === -1) {
        this.#head = head;
        return;
      }
      this.#head = Buffer.alloc(0);
      const text = head.toString("latin1", 0, end);
      const status = Number(text.slice(9, 12));
      const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
      if (length === undefined && status !== 304) throw new Error(`a reply without a length: ${text}`);
      this.#reply = { status, etag: /\r\netag: ([^\r]+)/i.exec(text)?.[1] ?? null, length: status === 304 ? 0 : Number(length) };
      this.#received = 0;
      body = head.subarray(end + HEAD_END.length);
    }
    this.#received += body.length;
    // What went wrong is told in the body.
    if (this.#pending?.keepBody === true || this.#reply.status >= 400) this.#parts.push(body);
    if (this.#received < this.#reply.length) return;
    const reply = { ...this.#reply, body: Buffer.concat(this.#parts).toString("utf8") };
    const pending = this.#pending;
    this.#reply = null;
    this.#parts = [];
    this.#pending = null;
    pending?.resolve(reply);
  }
}
