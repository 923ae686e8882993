/** One client of the event socket: authentication, replies in order, events behind them (mod_event_socket). */
import type { Socket } from "node:net";
import type { EventListener } from "../core/event-bus.js";
import type { SwitchCore } from "../core/switch-core.js";
import type { FaultSet } from "../faults.js";
import { CommandParser, type ClientCommand } from "./command-parser.js";
import { runCommand, type Reply } from "./commands.js";
import type { EventRecord } from "./event-record.js";
import { Subscription } from "./subscription.js";

const GOODBYE = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";
const DENIED = "Access Denied, go away.\n";

export interface ConnectionContext {
  readonly core: SwitchCore;
  readonly faults: FaultSet;
  readonly password: string;
}

export class Connection implements EventListener {
  readonly subscription = new Subscription();
  readonly context: ConnectionContext;
  readonly #socket: Socket;
  readonly #parser = new CommandParser();
  readonly #pending: ClientCommand[] = [];
  /** Events wait while a command runs: a listener of FreeSWITCH does one thing at a time. */
  readonly #heldEvents: string[] = [];
  readonly #stopListening: () => void;
  #authenticated = false;
  #working = false;
  #closed = false;

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket;
    this.context = context;
    this.#stopListening = context.core.bus.listen(this);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", () => this.destroy());
    socket.on("close", () => this.destroy());
    if (context.faults.has("silent")) return;
    if (context.faults.has("rude-rejection")) {
      this.#write(`Content-Type: text/rude-rejection\nContent-Length: ${DENIED.length}\n\n${DENIED}`);
      this.#end();
      return;
    }
    this.#write("Content-Type: auth/request\n\n");
  }

  wants(name: string, subclass: string): boolean {
    return this.#authenticated && this.subscription.wants(name, subclass);
  }

  deliver(event: EventRecord): void {
    const { faults } = this.context;
    if (this.#closed || faults.has("silent") || faults.dropsEvent(event.name) || !this.subscription.passesFilters(event)) return;
    const { format } = this.subscription;
    const body = format === "json" ? event.toJson() : event.toPlain();
    const frame = `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-${format}\n\n${body}`;
    if (this.#working) this.#heldEvents.push(frame);
    else this.#write(frame);
  }

  /** Says goodbye and closes, as FreeSWITCH does when it stops. */
  disconnect(): void {
    if (this.#closed) return;
    this.#write(`Content-Type: text/disconnect-notice\nContent-Length: ${GOODBYE.length}\n\n${GOODBYE}`);
    this.#end();
  }

  /** Closes without a word. */
  destroy(): void {
    this.#closed = true;
    this.#stopListening();
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#closed || this.context.faults.has("silent")) return;
    try {
      this.#pending.push(...this.#parser.push(chunk));
    } catch {
      this.destroy();
      return;
    }
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (;;) {
      const command = this.#pending.shift();
      if (command === undefined || this.#closed) break;
      // For good: the client's thread is stuck in it, its events too.
      if (this.context.faults.silences(nameOf(command))) return;
      const reply = await this.#run(command);
      const delayMs = this.context.faults.delayMs("slow-replies");
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (!this.#closed) this.#reply(reply);
      for (const frame of this.#heldEvents.splice(0)) this.#write(frame);
      if (reply.end === true) this.disconnect();
    }
    this.#working = false;
  }

  async #run(command: ClientCommand): Promise<Reply> {
    const [word = ""] = command.line.split(" ");
    const { faults } = this.context;
    if (this.#authenticated || word === "exit") return runCommand(this, command);
    if (word !== "auth") return { text: "-ERR command not found" };
    if (faults.has("reject-password") || command.line.slice("auth ".length) !== this.context.password) return { text: "-ERR invalid", end: true };
    this.#authenticated = true;
    return { text: "+OK accepted" };
  }

  #reply(reply: Reply): void {
    if (reply.body === undefined) {
      const headers = (reply.headers ?? []).map(([name, value]) => `${name}: ${value}\n`).join("");
      this.#write(`Content-Type: command/reply\nReply-Text: ${reply.text}\n${headers}\n`);
      return;
    }
    const body = reply.body === "" ? "-ERR no reply\n" : reply.body;
    const frame = `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`;
    if (this.context.faults.takeReset()) {
      this.#closed = true;
      this.#stopListening();
      this.#socket.write(frame.slice(0, Math.ceil(frame.length / 2)), () => this.#socket.resetAndDestroy());
      return;
    }
    this.#write(frame);
  }

  #write(frame: string): void {
    if (this.#closed || this.#socket.destroyed || this.context.faults.has("silent")) return;
    if (!this.context.faults.has("split-frames")) {
      this.#socket.write(frame);
      return;
    }
    for (const piece of piecesOf(Buffer.from(frame))) this.#socket.write(piece);
  }

  #end(): void {
    this.#closed = true;
    this.#stopListening();
    this.#socket.end();
  }
}

/** What a command runs: `uuid_hold` of `api uuid_hold …`, else its first word. */
function nameOf({ line }: ClientCommand): string {
  const [word = "", inner = ""] = line.split(" ");
  return word === "api" || word === "bgapi" ? inner : word;
}

/** Body pieces of that many bytes: no multiple of a header or a line, so that cuts fall everywhere in the course of a call. */
const BODY_PIECE_BYTES = 211;

/** The frame's headers byte by byte, where a reader has most to get wrong; the body in pieces, since thousands of writes an event would measure the machine. */
function* piecesOf(frame: Buffer): Iterable<Buffer> {
  const headersEnd = frame.indexOf("\n\n") + 2;
  for (let at = 0; at < headersEnd; at++) yield frame.subarray(at, at + 1);
  for (let at = headersEnd; at < frame.length; at += BODY_PIECE_BYTES) yield frame.subarray(at, at + BODY_PIECE_BYTES);
}
