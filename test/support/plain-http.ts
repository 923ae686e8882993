/** Requests without the cost of `fetch`, for tests that send thousands of them to this machine. */
import { Agent, request } from "node:http";

export interface PlainReply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export class PlainHttp {
  readonly #agent = new Agent({ keepAlive: true });

  send(url: string, { method, headers, body }: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body?: string | undefined }): Promise<PlainReply> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { agent: this.#agent, method, headers: { ...headers, ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }) } }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on("data", (chunk: Buffer) => chunks.push(chunk));
        reply.on("error", reject);
        reply.on("end", () => {
          const received = new Headers();
          for (const [name, values] of Object.entries(reply.headersDistinct)) for (const value of values ?? []) received.append(name, value);
          resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8"), headers: received });
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
