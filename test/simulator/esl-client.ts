/** A bare event-socket client for the simulator's tests: sends text, collects replies and events. */
import { connect, type Socket } from "node:net";

export interface Frame {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export type SwitchEvent = Readonly<Record<string, string>>;

export class EslClient {
  readonly events: SwitchEvent[] = [];
  readonly replies: Frame[] = [];
  /** Everything but events, in order of arrival. */
  readonly frames: Frame[] = [];
  closed = false;
  error: string | undefined;
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #changed: (() => void)[] = [];

  constructor(port: number, host = "127.0.0.1") {
    this.#socket = connect(port, host);
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on("error", (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message;
    });
    this.#socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  static async authenticated(port: number, password: string): Promise<EslClient> {
    const client = new EslClient(port);
    await client.until(() => client.frames.length > 0, "auth/request");
    await client.send(`auth ${password}`);
    return client;
  }

  /** Sends one command and resolves with the text of its reply: Reply-Text, or the body of an api/response. */
  async send(command: string): Promise<string> {
    const [reply = ""] = await this.sendAll([command]);
    return reply;
  }

  /** The same for commands that leave together. */
  async sendAll(commands: readonly string[]): Promise<string[]> {
    const index = this.replies.length;
    this.write(commands.map((command) => `${command}\n\n`).join(""));
    await this.until(() => this.replies.length >= index + commands.length, () => `replies to ${commands.map((command) => command.slice(0, 60)).join(", ")}`);
    return commands.map((_, at) => this.reply(index + at));
  }

  reply(index: number): string {
    const frame = this.replies[index];
    return frame?.headers.get("Reply-Text") ?? frame?.body ?? "";
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** `what` is only asked for when it did not come. */
  async until(condition: () => boolean, what: string | (() => string), limitMs = 20_000): Promise<void> {
    const end = Date.now() + limitMs;
    while (!condition()) {
      const left = end - Date.now();
      if (left <= 0) throw new Error(`no ${typeof what === "string" ? what : what()} within ${limitMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 50));
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Waits for an event that matches, among those that came already and those to come. */
  async event(match: (event: SwitchEvent) => boolean, what: string): Promise<SwitchEvent> {
    await this.until(() => this.events.some(match), what);
    const found = this.events.find(match);
    if (found === undefined) throw new Error(what);
    return found;
  }

  close(): void {
    this.#socket.destroy();
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }

  #receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const end = this.#buffer.indexOf("\n\n");
      if (end === -1) break;
      const headers = new Map(this.#buffer.subarray(0, end).toString().split("\n").map((line): [string, string] => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]));
      const length = Number(headers.get("Content-Length") ?? "0");
      if (this.#buffer.length < end + 2 + length) break;
      const body = this.#buffer.subarray(end + 2, end + 2 + length).toString();
      this.#buffer = this.#buffer.subarray(end + 2 + length);
      this.#accept({ headers, body });
    }
    this.#wake();
  }

  #accept(frame: Frame): void {
    const type = frame.headers.get("Content-Type") ?? "";
    if (type === "text/event-json") this.events.push(parseJson(frame.body));
    else if (type === "text/event-plain") this.events.push(parsePlain(frame.body));
    else {
      this.frames.push(frame);
      if (type === "command/reply" || type === "api/response") this.replies.push(frame);
    }
  }
}

function parseJson(text: string): SwitchEvent {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Error("an event is an object");
  return Object.fromEntries(Object.entries(value).map(([name, header]) => [name, String(header)]));
}

function parsePlain(text: string): SwitchEvent {
  const [head = "", ...body] = text.split("\n\n");
  const headers = head.split("\n").filter((line) => line !== "").map((line): [string, string] => [line.slice(0, line.indexOf(": ")), decodeURIComponent(line.slice(line.indexOf(": ") + 2))]);
  return Object.fromEntries([...headers, ...(body.join("\n\n") !== "" ? ([["_body", body.join("\n\n")]] satisfies [string, string][]) : [])]);
}
