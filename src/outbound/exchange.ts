/** One request and its answer, over node:http and node:https, where the phases of a connection can be seen and timed. */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { onAbort } from "../abort.js";
import { OUTBOUND_CODES, OutboundError, outboundError } from "./errors.js";
import { systemCode } from "../system-errors.js";

/** Connections that are kept for the next request to the same host, and for how long: shorter than servers keep theirs (Node.js: 5 s), so that few are found closed. */
const MAX_IDLE = 16;
const IDLE_MS = 4000;

export interface Exchange {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  readonly lookup: LookupFunction;
  readonly connectMs: number;
  readonly readMs: number;
  /** Of the decompressed body. */
  readonly maxBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headersDistinct"];
  readonly body: Buffer;
}

/** Connections that are kept between requests. */
export class Exchanges {
  readonly #http = new HttpAgent({ keepAlive: true, maxFreeSockets: MAX_IDLE, timeout: IDLE_MS });
  readonly #https = new HttpsAgent({ keepAlive: true, maxFreeSockets: MAX_IDLE, timeout: IDLE_MS });

  /** Throws OutboundError; for an aborted signal its reason where that is one, else `aborted`. */
  async run(exchange: Exchange, signal: AbortSignal): Promise<Answer> {
    const first = await this.#attempt(exchange, signal);
    // The server had closed the connection that was kept, and this request met its end.
    return first === "stale" ? this.#again(exchange, signal) : first;
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async #again(exchange: Exchange, signal: AbortSignal): Promise<Answer> {
    const answer = await this.#attempt({ ...exchange, headers: { ...exchange.headers, connection: "close" } }, signal);
    if (answer === "stale") throw new OutboundError(OUTBOUND_CODES.retrieval, "protocol", "The connection broke off.");
    return answer;
  }

  async #attempt(exchange: Exchange, signal: AbortSignal): Promise<Answer | "stale"> {
    const { url, method, headers, body, lookup, maxBytes } = exchange;
    const secure = url.protocol === "https:";
    const length = body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const options = { method, lookup, agent: secure ? this.#https : this.#http, headers: { ...headers, ...length } };
    if (signal.aborted) throw reasonOf(signal);
    let request: ClientRequest;
    try {
      request = (secure ? httpsRequest : httpRequest)(url, options);
    } catch (error) {
      throw new OutboundError(OUTBOUND_CODES.badUrl, "url", "The URL or a header cannot be sent.", { cause: error });
    }
    // Node.js does not tell it to whoever reads the body.
    let reason: OutboundError | null = null;
    const fail = (error: OutboundError): void => {
      reason ??= error;
      request.destroy(error);
    };
    const stop = onAbort(signal, () => fail(reasonOf(signal)));
    try {
      const response = await answered(request, exchange, fail);
      if (response === "stale") return "stale";
      return { status: response.statusCode ?? 0, headers: response.headersDistinct, body: await bodyOf(response, maxBytes) };
    } catch (error) {
      request.destroy();
      throw reason ?? outboundError(error, true);
    } finally {
      stop();
    }
  }
}

const reasonOf = (signal: AbortSignal): OutboundError => (signal.reason instanceof OutboundError ? signal.reason : new OutboundError(OUTBOUND_CODES.retrieval, "aborted", "The request was called off.", { cause: signal.reason }));

/** Sends the request; resolves when the answer's head is there. */
function answered(request: ClientRequest, { url, body, connectMs, readMs }: Exchange, fail: (error: OutboundError) => void): Promise<IncomingMessage | "stale"> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const timer = setTimeout(() => fail(new OutboundError(OUTBOUND_CODES.connection, "connect", `No connection within ${connectMs} ms.`)), connectMs);
    const connect = (): void => {
      connected = true;
      clearTimeout(timer);
    };
    request.once("socket", (socket) => {
      if (request.reusedSocket) connect();
      else socket.once(url.protocol === "https:" ? "secureConnect" : "connect", connect);
    });
    // Of the socket: each packet of the answer begins it anew, that of its body too.
    request.setTimeout(readMs, () => {
      if (connected) fail(new OutboundError(OUTBOUND_CODES.retrieval, "time", `Nothing came for ${readMs} ms.`));
    });
    request.once("response", resolve);
    // An answer that changes the protocol is none that was asked for.
    request.once("upgrade", (_response, socket) => {
      socket.destroy();
      reject(new OutboundError(OUTBOUND_CODES.protocol, "protocol", "The server changed the protocol."));
    });
    // It may come again when the body is broken off, which the body's reader sees.
    request.on("error", (error) => {
      clearTimeout(timer);
      if (request.reusedSocket && ["ECONNRESET", "EPIPE"].includes(systemCode(error))) resolve("stale");
      else reject(outboundError(error, connected));
    });
    request.once("close", () => {
      clearTimeout(timer);
      reject(new OutboundError(OUTBOUND_CODES.retrieval, "protocol", "The connection was closed without an answer."));
    });
    request.end(body ?? undefined);
  });
}

const tooLarge = (maxBytes: number): OutboundError => new OutboundError(OUTBOUND_CODES.retrieval, "size", `The answer is larger than ${maxBytes} bytes.`);

function decoded(response: IncomingMessage): Readable {
  const encoding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return response;
  const decoder = encoding === "gzip" || encoding === "x-gzip" ? createGunzip() : encoding === "deflate" ? createInflate() : encoding === "br" ? createBrotliDecompress() : null;
  if (decoder === null) throw new OutboundError(OUTBOUND_CODES.protocol, "protocol", "The answer has a content encoding that is not known.");
  // It passes on how the answer ended; whoever reads the decoder sees it.
  return pipeline(response, decoder, () => undefined);
}

/** Reads no more than the limit, however little of it was sent compressed. */
async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (response.headers["content-encoding"] === undefined && Number(response.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of decoded(response)) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  if (!response.complete) throw new OutboundError(OUTBOUND_CODES.retrieval, "protocol", "The answer broke off.");
  return Buffer.concat(chunks);
}
