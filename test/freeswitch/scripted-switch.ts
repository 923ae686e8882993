/** A tiny event socket server that does what a test tells it; the room's own, so that it can misbehave in any way. */
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { apiResponse, commandReply, frame } from "./wire.js";

export const PASSWORD = "s3cret-p%ss";
export const CORE_A = "aaaaaaaa-0000-4000-8000-000000000001";
export const CORE_B = "bbbbbbbb-0000-4000-8000-000000000002";

/** What to answer; null: nothing, not even late. */
export type Answer = Buffer | string | null;

export class ScriptedPeer {
  readonly commands: string[] = [];
  authenticated = false;
  /** The words of `event plain …`, when this is the event socket. */
  subscription: readonly string[] | null = null;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(bytes: Buffer | string): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Sends an event; `body` is what follows its headers. */
  event(headers: Readonly<Record<string, string>>, body = ""): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
    const length = body === "" ? "" : `Content-Length: ${Buffer.byteLength(body)}\n`;
    this.write(frame({ "Content-Type": "text/event-plain" }, `${lines.join("")}${length}\n${body}`));
  }

  end(): void {
    this.#socket.end();
  }

  /** Sends these bytes and then a RST. */
  reset(last: string): void {
    this.#socket.write(last, () => this.#socket.resetAndDestroy());
  }
}

export class ScriptedSwitch {
  readonly peers: ScriptedPeer[] = [];
  /** Answers before anything else: for whole command texts, `undefined` to leave it to the rest. */
  answer: (command: string, peer: ScriptedPeer) => Answer | undefined = () => undefined;
  /** Called for each connection before the greeting; false: say nothing. */
  greet: (peer: ScriptedPeer) => boolean = () => true;
  /** While true, replies of the command socket are kept back, in order. */
  #holding = false;
  readonly #held: (() => void)[] = [];
  coreUuid = CORE_A;
  channels: readonly Readonly<Record<string, string>>[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(port = 0): Promise<ScriptedSwitch> {
    const server = createServer();
    const self = new ScriptedSwitch(server);
    server.on("connection", (socket) => self.#connected(socket));
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
    return self;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return address.port;
  }

  get eventPeer(): ScriptedPeer {
    const peer = this.peers.findLast((candidate) => candidate.subscription !== null);
    if (peer === undefined) throw new Error("nobody has subscribed");
    return peer;
  }

  get commandPeer(): ScriptedPeer {
    const peer = this.peers.findLast((candidate) => candidate.authenticated && candidate.subscription === null);
    if (peer === undefined) throw new Error("nobody sends commands");
    return peer;
  }

  get commands(): string[] {
    return this.peers.flatMap((peer) => peer.commands);
  }

  /** Keeps back all replies to commands, as FreeSWITCH does behind a slow one, until `release`. */
  hold(): void {
    this.#holding = true;
  }

  release(): void {
    this.#holding = false;
    for (const write of this.#held.splice(0)) write();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(socket: Socket): void {
    const peer = new ScriptedPeer(socket);
    this.peers.push(peer);
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined);
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
        const command = text.slice(0, end);
        text = text.slice(end + 2);
        peer.commands.push(command);
        const scripted = this.answer(command, peer);
        const answer = scripted === undefined ? this.#usual(command, peer) : scripted;
        if (answer === null) continue;
        if (this.#holding && peer.authenticated && peer.subscription === null && !command.startsWith("auth ")) this.#held.push(() => peer.write(answer));
        else peer.write(answer);
      }
    });
    if (this.greet(peer)) peer.write(frame({ "Content-Type": "auth/request" }));
  }

  #usual(command: string, peer: ScriptedPeer): Answer {
    if (command === `auth ${PASSWORD}`) {
      peer.authenticated = true;
      return commandReply("+OK accepted");
    }
    if (command.startsWith("auth ")) {
      setImmediate(() => peer.end());
      return Buffer.concat([commandReply("-ERR invalid"), frame({ "Content-Type": "text/disconnect-notice" }, "Disconnected, goodbye.\n")]);
    }
    if (command.startsWith("event plain ")) {
      peer.subscription = command.split(" ").slice(2);
      return commandReply("+OK event listener enabled plain");
    }
    if (command.startsWith("bgapi ")) return commandReply(`+OK Job-UUID: ${/Job-UUID: (\S+)/.exec(command)?.[1] ?? ""}`);
    if (command === "exit") {
      setImmediate(() => peer.end());
      return commandReply("+OK bye");
    }
    switch (command) {
      case "api version":
        return apiResponse("FreeSWITCH Version 1.10.12\n");
      case "api global_getvar core_uuid":
        return apiResponse(this.coreUuid);
      case "api global_getvar hold_music":
        return apiResponse("local_stream://moh");
      case "api show channels as json":
        return apiResponse(this.channels.length === 0 ? '{"row_count": 0}\n' : JSON.stringify({ row_count: this.channels.length, rows: this.channels }));
      case "api show registrations as json":
        return apiResponse('{"row_count": 0}\n');
      default:
        return apiResponse("+OK\n");
    }
  }
}
