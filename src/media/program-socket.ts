import type { LookupFunction } from "node:net";
import { WebSocket, type RawData } from "ws";
import { onAbort } from "../abort.js";
import { STREAM_ERRORS, StreamError } from "./errors.js";
import { systemCode } from "../system-errors.js";

/** Milliseconds and bytes; tests give shorter ones. */
export const SOCKET_LIMITS = {
  /** From the first packet to the end of the handshake. */
  handshakeMs: 5000,
  /** Of one message: seconds of speech at once are usual, a megabyte is not. */
  messageBytes: 1_000_000,
  /** What the program has not read yet: more than ten seconds of a stream. */
  unreadBytes: 256 * 1024,
  /** After our close, until the program's. */
  closeMs: 2000,
  /** Between two measurements of the round trip. */
  pingMs: 10_000,
} as const;
export type SocketLimits = { readonly [name in keyof typeof SOCKET_LIMITS]: number };

export interface ProgramSocketOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Resolves the host, and refuses addresses that may not be reached. */
  readonly lookup: LookupFunction | undefined;
  readonly limits?: Partial<SocketLimits>;
  /** A text message of the program. */
  readonly onMessage: (text: string) => void;
  /** The connection is over; null: the program closed it in order. Called once, and not after `close`. */
  readonly onEnd: (error: StreamError | null) => void;
  /** Milliseconds there and back. */
  readonly onRoundTrip?: (ms: number) => void;
}

const TLS = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

/** Before the handshake has ended. The text names no address: it may be shown to whoever chose the URL. */
function handshakeError(error: Error): StreamError {
  const code = systemCode(error);
  if (TLS.test(code)) return new StreamError(STREAM_ERRORS.tls, `The program's certificate or TLS was refused (${code}).`);
  if (/Invalid (?:Sec-WebSocket|Upgrade)|Server sent/.test(error.message)) return new StreamError(STREAM_ERRORS.malformedAnswer, "The answer to the handshake was malformed.");
  return new StreamError(STREAM_ERRORS.connection, `The program could not be reached${code === "" ? "" : ` (${code})`}.`);
}

/** The connection to one program. */
export class ProgramSocket {
  readonly #socket: WebSocket;
  readonly #options: ProgramSocketOptions;
  readonly #limits: SocketLimits;
  #over = false;
  #pingAt = 0;
  #pings: NodeJS.Timeout | null = null;
  #held: NodeJS.Timeout | null = null;

  /** Resolves when the handshake is done; throws StreamError, and what the signal was aborted with. */
  static open(options: ProgramSocketOptions, signal: AbortSignal): Promise<ProgramSocket> {
    signal.throwIfAborted();
    const limits = { ...SOCKET_LIMITS, ...options.limits };
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(options.url, {
        headers: { ...options.headers },
        handshakeTimeout: limits.handshakeMs,
        maxPayload: limits.messageBytes,
        perMessageDeflate: false,
        followRedirects: false,
        ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
      });
      const refuse = (error: Error): void => {
        stop();
        // ws tells of an error once more when the connection under way is given up.
        socket.removeAllListeners().on("error", () => undefined);
        socket.terminate();
        reject(error);
      };
      const stop = onAbort(signal, () => refuse(signal.reason instanceof Error ? signal.reason : new Error("aborted")));
      socket.once("unexpected-response", (_request, response) => {
        response.destroy();
        refuse(new StreamError(STREAM_ERRORS.handshake, `The handshake was answered with ${response.statusCode ?? "no status"}, not 101.`));
      });
      socket.once("error", (error) => refuse(handshakeError(error)));
      socket.once("open", () => {
        stop();
        socket.removeAllListeners();
        resolve(new ProgramSocket(socket, options, limits));
      });
    });
  }

  private constructor(socket: WebSocket, options: ProgramSocketOptions, limits: SocketLimits) {
    this.#socket = socket;
    this.#options = options;
    this.#limits = limits;
    socket.on("message", (data, isBinary) => this.#message(data, isBinary));
    socket.on("pong", () => options.onRoundTrip?.(performance.now() - this.#pingAt));
    socket.on("error", (error) => {
      const protocol = systemCode(error).startsWith("WS_ERR");
      this.#end(new StreamError(protocol ? STREAM_ERRORS.protocol : STREAM_ERRORS.connection, protocol ? `What the program sent breaks the protocol (${systemCode(error)}).` : "The connection to the program was lost."));
    });
    // 1006: without a close frame.
    socket.on("close", (code) => this.#end(code === 1006 ? new StreamError(STREAM_ERRORS.connection, "The connection to the program was lost.") : null));
    this.#pings = setInterval(() => this.#ping(), limits.pingMs);
    this.#pings.unref();
  }

  /** Sends a text. A program that does not read ends its own stream. */
  send(text: string): void {
    if (this.#over) return;
    if (this.#socket.bufferedAmount > this.#limits.unreadBytes) {
      this.#end(new StreamError(STREAM_ERRORS.connection, "The program does not read what it is sent."));
      return;
    }
    // A buffer that ws may not change is masked into one write; a text would be written in two parts, at twice the cost.
    this.#socket.send(Buffer.from(text), { binary: false });
  }

  /** Reads nothing for so long: what the program sends meanwhile waits on its own side. */
  hold(ms: number): void {
    if (this.#over) return;
    if (this.#held !== null) clearTimeout(this.#held);
    this.#socket.pause();
    this.#held = setTimeout(() => this.#letGo(), ms);
  }

  #letGo(): void {
    if (this.#held === null) return;
    clearTimeout(this.#held);
    this.#held = null;
    this.#socket.resume();
  }

  /** Sends what was given to `send`, then closes. A program that does not close is cut off. Idempotent. */
  close(): void {
    this.#over = true;
    this.#shut();
  }

  #shut(): void {
    // Its close is to be heard.
    this.#letGo();
    if (this.#pings !== null) clearInterval(this.#pings);
    this.#pings = null;
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const timer = setTimeout(() => this.#socket.terminate(), this.#limits.closeMs);
    this.#socket.once("close", () => clearTimeout(timer));
    this.#socket.close(1000);
  }

  #message(data: RawData, isBinary: boolean): void {
    if (this.#over) return;
    if (isBinary) {
      this.#end(new StreamError(STREAM_ERRORS.protocol, "The program sent a binary message; the protocol has texts alone."));
      return;
    }
    this.#options.onMessage(Buffer.isBuffer(data) ? data.toString("utf8") : "");
  }

  #end(error: StreamError | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#shut();
    this.#options.onEnd(error);
  }

  #ping(): void {
    if (this.#over || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#pingAt = performance.now();
    this.#socket.ping();
  }
}
