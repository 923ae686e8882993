/**
 * One authenticated connection to FreeSWITCH's event socket. modesl carries the socket; framing, replies and faults are ours,
 * because stock modesl rescans its buffer, confuses late replies and does not report a lost connection (DESIGN decision 1).
 */
import type { Socket } from "node:net";
import modesl from "modesl";
import { onAbort } from "../abort.js";
import { switchUnavailable } from "../errors.js";
import { Framer, type Frame, type FramerLimits } from "./framer.js";
import { abortReason, ReplyQueue, type OldestCommand, type WaitOptions } from "./reply-queue.js";
import { ConnectionError } from "./switch-errors.js";

export interface ConnectionOptions {
  /** The node's name, for error messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Milliseconds from the start to the accepted password. */
  readonly handshakeMs: number;
  readonly signal?: AbortSignal;
  readonly limits?: FramerLimits;
  /** The body of each `text/event-plain`; a view, valid only during the call. Must not throw. */
  readonly onEvent?: (body: Buffer) => void;
  /** The connection was lost, not closed by `close()`. Called at most once, after `open` has resolved. */
  readonly onLost?: (error: ConnectionError) => void;
}

/** Backpressure: with more unsent bytes, commands are refused, because FreeSWITCH does not read. */
const MAX_UNSENT = 4 * 1024 * 1024;
export const MAX_PENDING = 10_000;
/** The time limit of `exit`, milliseconds. */
const GOODBYE_MS = 500;
const UNSAFE_LINE = /[\r\n\0]/;

export class EventSocketConnection extends modesl.Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #replies = new ReplyQueue();
  readonly #framer: Framer;
  readonly #gone: Promise<void>;
  #opening: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;
  #closed = false;
  #lastTrafficAt = performance.now();

  /** Connects and authenticates. Rejects with ConnectionError, or with the signal's reason. */
  static async open(options: ConnectionOptions): Promise<EventSocketConnection> {
    options.signal?.throwIfAborted();
    const connection = new EventSocketConnection(options);
    await connection.#handshake();
    return connection;
  }

  private constructor(options: ConnectionOptions) {
    super(options.host, options.port, options.password);
    if (this.socket === null) throw new ConnectionError("protocol", "modesl made no socket.");
    this.#options = options;
    this.#socket = this.socket;
    this.#framer = new Framer((frame) => this.#frame(frame), options.limits);
    this.#gone = new Promise((resolve) => this.#socket.once("close", () => resolve()));
    this.#socket.once("close", () => this.#fail(new ConnectionError("closed", "FreeSWITCH closed the connection.")));
  }

  /** Milliseconds since FreeSWITCH last sent anything. */
  get silentMs(): number {
    return performance.now() - this.#lastTrafficAt;
  }

  /** Commands that FreeSWITCH still has to answer, given up or not. */
  get unanswered(): number {
    return this.#replies.length;
  }

  /** What FreeSWITCH is busy with for this socket; null: nothing. */
  get oldest(): OldestCommand | null {
    return this.#replies.oldest;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends one command, a line and its header lines, in one write; resolves to the reply's text (the body of an `api` command, else Reply-Text).
   * Throws SwitchUnavailable when the connection is gone or FreeSWITCH does not read, Timeout past the limit.
   */
  async request(lines: readonly string[], options: WaitOptions): Promise<string> {
    if (lines.length === 0 || lines.some((line) => line === "" || UNSAFE_LINE.test(line))) {
      throw new TypeError("A line of a command is empty or holds CR, LF or NUL.");
    }
    if (this.#closed || this.#socket.writableLength > MAX_UNSENT || this.#replies.length >= MAX_PENDING) throw switchUnavailable(this.#options.name);
    options.signal?.throwIfAborted();
    const reply = this.#replies.wait(options, lines[0]);
    this.#gatherWrites();
    this.#socket.write(`${lines.join("\n")}\n\n`);
    return reply;
  }

  /** Idempotent. Rejects what is pending; resolves when the socket is closed. */
  async close(): Promise<void> {
    if (!this.#closed) {
      if (this.#socket.connecting || this.#opening !== null) {
        this.#end();
        this.#socket.destroy();
      } else {
        this.#socket.write("exit\n\n");
        this.#end();
        this.#socket.destroySoon();
        const timer = setTimeout(() => this.#socket.destroy(), GOODBYE_MS);
        this.#socket.once("close", () => clearTimeout(timer));
      }
    }
    await this.#gone;
  }

  /** Disables modesl's own method: all writes go through `request`. */
  override send(): void {
    throw new TypeError("Use request().");
  }

  override disconnect(): void {
    void this.close();
  }

  override _onConnect(): void {
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, 10_000);
    this.#socket.on("data", (chunk: Buffer) => this.#data(chunk));
  }

  override _onError(error: NodeJS.ErrnoException): void {
    this.#fail(describeSocketError(error));
  }

  /** Writes of one turn of the event loop are sent by one system call. */
  #gatherWrites(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
  }

  #handshake(): Promise<void> {
    const { handshakeMs, signal } = this.#options;
    return new Promise((resolve, reject) => {
      const cleanUp = (): void => {
        clearTimeout(timer);
        stopListening();
        this.#opening = null;
      };
      const timeUp = (): void => {
        if (this.#opening !== null) this.#fail(new ConnectionError("timeout", `No event socket answered within ${handshakeMs} ms.`));
      };
      // After a stall of the process the timer fires before the received data is read, which comes first.
      const timer = setTimeout(() => setImmediate(timeUp), handshakeMs);
      const stopListening = onAbort(signal, () => this.#fail(abortReason(signal)));
      this.#opening = {
        resolve: () => {
          cleanUp();
          resolve();
        },
        reject: (error) => {
          cleanUp();
          reject(error);
        },
      };
    });
  }

  #data(chunk: Buffer): void {
    this.#lastTrafficAt = performance.now();
    try {
      this.#framer.push(chunk);
    } catch (error) {
      this.#fail(new ConnectionError("protocol", error instanceof Error ? error.message : "The stream cannot be read.", { cause: error }));
    }
  }

  #frame(frame: Frame): void {
    switch (frame.contentType) {
      case "text/event-plain":
        this.#options.onEvent?.(frame.body);
        break;
      case "api/response":
        this.#reply(frame.body.toString("utf8"));
        break;
      case "command/reply":
        this.#reply(frame.header("Reply-Text"));
        break;
      case "auth/request":
        this.#authenticate();
        break;
      case "text/rude-rejection":
        this.#fail(new ConnectionError("acl", "FreeSWITCH refuses this address: its event socket's access list (apply-inbound-acl) does not allow it."));
        break;
      case "text/disconnect-notice":
        this.#fail(new ConnectionError("closed", "FreeSWITCH said goodbye."));
        break;
      default:
        // Other types are not subscribed to.
        break;
    }
  }

  #reply(text: string): void {
    if (this.#opening !== null) {
      this.#authenticated(text, this.#opening);
    } else if (!this.#replies.deliver(text)) {
      // Replies and commands cannot be paired any more.
      this.#fail(new ConnectionError("protocol", "FreeSWITCH sent a reply without a command."));
    }
  }

  #authenticate(): void {
    const { password } = this.#options;
    if (this.#opening === null) return;
    if (password === "" || UNSAFE_LINE.test(password)) {
      this.#fail(new ConnectionError("password", "The event socket's password is empty or holds CR, LF or NUL."));
      return;
    }
    this.#socket.write(`auth ${password}\n\n`);
  }

  // Synchronous: a refusal and the disconnect that follows may come in one chunk, and the refusal is the reason.
  #authenticated(text: string, opening: { readonly resolve: () => void }): void {
    if (text.startsWith("+OK")) opening.resolve();
    else this.#fail(new ConnectionError("password", "FreeSWITCH refuses the event socket's password."));
  }

  /** The first error counts; later ones follow from it. */
  #fail(error: Error): void {
    if (this.#closed) return;
    const opening = this.#opening;
    this.#end(error);
    this.#socket.destroy();
    if (opening === null && error instanceof ConnectionError) this.#options.onLost?.(error);
  }

  #end(reason: Error = new ConnectionError("closed", "The connection was closed.")): void {
    this.#closed = true;
    this.#framer.stop();
    this.#opening?.reject(reason);
    this.#replies.rejectAll(switchUnavailable(this.#options.name));
  }
}

function describeSocketError(error: NodeJS.ErrnoException): ConnectionError {
  switch (error.code) {
    case "ECONNREFUSED":
      return new ConnectionError("refused", "Nothing listens there (connection refused).", { cause: error });
    case "ECONNRESET":
    case "EPIPE":
      return new ConnectionError("reset", "The connection was reset.", { cause: error });
    case "ETIMEDOUT":
      return new ConnectionError("timeout", "The connection timed out.", { cause: error });
    default:
      return new ConnectionError("unreachable", `It cannot be reached (${error.code ?? error.message}).`, { cause: error });
  }
}
