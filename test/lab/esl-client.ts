/**
 * A small event socket client of the lab's own, so that what it proves does not rest on the code under test.
 * It asks for `event plain` and keeps every header of an event, percent-decoded.
 */
import { connect, type Socket } from "node:net";
import { within } from "./wait.js";

export type EslEvent = ReadonlyMap<string, string>;
export type EslListener = (event: EslEvent) => void;

interface Frame {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const DEFAULT_TIMEOUT_MS = 5000;

function parseHeaders(text: string, decode: boolean): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(": ");
    if (colon < 0) continue;
    const value = line.slice(colon + 2);
    headers.set(line.slice(0, colon), decode ? decodeURIComponent(value) : value);
  }
  return headers;
}

/** The event's headers, and its body (BACKGROUND_JOB's outcome) under `_body`. */
function parseEvent(body: string): EslEvent {
  const blank = body.indexOf("\n\n");
  const headers = parseHeaders(blank < 0 ? body : body.slice(0, blank), true);
  if (blank >= 0) headers.set("_body", body.slice(blank + 2));
  return headers;
}

export class EslClient {
  readonly #socket: Socket;
  readonly #listeners = new Set<EslListener>();
  readonly #replies: { resolve: (frame: Frame) => void; reject: (error: Error) => void }[] = [];
  readonly #waiters = new Set<(error: Error) => void>();
  #buffer: Buffer = Buffer.alloc(0);
  #closed: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end(new Error("The event socket was closed.")));
  }

  /** Connects and authenticates. Rejects when nobody listens or the password is refused. */
  static async connect(port: number, password: string, host = "127.0.0.1"): Promise<EslClient> {
    const socket = connect({ host, port });
    const client = new EslClient(socket);
    try {
      // FreeSWITCH speaks first, and its greeting takes the first place in the queue of replies.
      await within("the event socket's greeting", DEFAULT_TIMEOUT_MS, client.#reply());
      const reply = await client.send(`auth ${password}`);
      if (!reply.startsWith("+OK")) throw new Error(`The event socket refused the password: ${reply}`);
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  get closed(): boolean {
    return this.#closed !== null;
  }

  /** Sends one command (lines without the closing blank line) and resolves to its Reply-Text. */
  async send(command: string): Promise<string> {
    const frame = await this.#command(command, DEFAULT_TIMEOUT_MS);
    return frame.headers.get("Reply-Text") ?? "";
  }

  /** `api …`; resolves to the body without its last line break. */
  async api(command: string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<string> {
    const frame = await this.#command(`api ${command}`, timeoutMs);
    return frame.body.replace(/\n$/, "");
  }

  /** `api …` that must succeed: throws on `-ERR` and `-USAGE`. */
  async must(command: string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<string> {
    const body = await this.api(command, timeoutMs);
    if (/^-(ERR|USAGE)/.test(body)) throw new Error(`api ${command}: ${body}`);
    return body;
  }

  /** `bgapi …`; resolves to the body of its BACKGROUND_JOB, which must be subscribed. */
  async bgapi(command: string, timeoutMs = 60_000): Promise<string> {
    const uuid = crypto.randomUUID();
    const done = this.waitFor(`the outcome of ${command}`, (event) => event.get("Event-Name") === "BACKGROUND_JOB" && event.get("Job-UUID") === uuid, timeoutMs);
    done.catch(() => undefined);
    await this.send(`bgapi ${command}\nJob-UUID: ${uuid}`);
    return ((await done).get("_body") ?? "").replace(/\n$/, "");
  }

  /** `words` as after `event plain`: `CHANNEL_PARK BACKGROUND_JOB …`, or `CUSTOM` and its subclasses last. */
  async subscribe(words: string): Promise<void> {
    const reply = await this.send(`event plain ${words}`);
    if (!reply.startsWith("+OK")) throw new Error(`event plain ${words}: ${reply}`);
  }

  /** Calls `listener` for each event from now on; the result ends that. */
  on(listener: EslListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next event that `matches`. Call it before the command that causes the event. */
  async waitFor(what: string, matches: (event: EslEvent) => boolean, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<EslEvent> {
    if (this.#closed !== null) throw this.#closed;
    let off = (): void => undefined;
    const fail: { current: (error: Error) => void } = { current: () => undefined };
    const found = new Promise<EslEvent>((resolve, reject) => {
      fail.current = reject;
      off = this.on((event) => {
        if (matches(event)) resolve(event);
      });
    });
    this.#waiters.add(fail.current);
    try {
      return await within(what, timeoutMs, found);
    } finally {
      off();
      this.#waiters.delete(fail.current);
    }
  }

  /** Idempotent; rejects what is pending. */
  close(): void {
    this.#end(new Error("The lab closed the event socket."));
    this.#socket.destroy();
  }

  #reply(): Promise<Frame> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => this.#replies.push({ resolve, reject }));
  }

  #command(text: string, timeoutMs: number): Promise<Frame> {
    if (/[\r\0]|\n\n/.test(text)) throw new Error("A command may not hold a carriage return, a NUL or a blank line.");
    const reply = this.#reply();
    this.#socket.write(`${text}\n\n`);
    return within(`the reply to ${text.startsWith("auth ") ? "auth" : text}`, timeoutMs, reply);
  }

  #receive(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const blank = this.#buffer.indexOf("\n\n");
      if (blank < 0) return;
      const headers = parseHeaders(this.#buffer.toString("utf8", 0, blank), false);
      const length = Number(headers.get("Content-Length") ?? "0");
      const end = blank + 2 + length;
      if (this.#buffer.length < end) return;
      const body = this.#buffer.toString("utf8", blank + 2, end);
      this.#buffer = this.#buffer.subarray(end);
      this.#dispatch({ headers, body });
    }
  }

  #dispatch(frame: Frame): void {
    switch (frame.headers.get("Content-Type")) {
      case "text/event-plain": {
        const event = parseEvent(frame.body);
        for (const listener of [...this.#listeners]) listener(event);
        return;
      }
      case "text/disconnect-notice":
      case "text/rude-rejection":
        this.#end(new Error(`FreeSWITCH closed the event socket: ${frame.body.trim()}`));
        return;
      default:
        this.#replies.shift()?.resolve(frame);
    }
  }

  #end(error: Error): void {
    if (this.#closed !== null) return;
    this.#closed = error;
    for (const { reject } of this.#replies.splice(0)) reject(error);
    for (const reject of this.#waiters) reject(error);
    this.#waiters.clear();
    this.#listeners.clear();
  }
}
