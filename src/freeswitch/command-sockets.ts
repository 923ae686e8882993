/**
 * What commands are sent by. FreeSWITCH does the commands of one socket one after another, and one about a channel whose locks are held never ends
 * (two threads of 1.10.12 wait for each other when a phone's re-INVITE meets the first transcoded frame, docs/nodes.md). It may keep nobody else waiting.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { CallplaneError, switchUnavailable } from "../errors.js";
import { EventSocketConnection, type ConnectionOptions } from "./connection.js";
import type { SwitchTiming } from "./ports.js";
import type { WaitOptions } from "./reply-queue.js";
import type { ConnectionError } from "./switch-errors.js";
import { WaitingCommands } from "./waiting-commands.js";

/** Sockets that wait for the end of one command each. With more, FreeSWITCH as a whole does not answer. */
const MAX_ASIDE = 3;
/** Channels about which FreeSWITCH did not answer. */
const MAX_SILENT = 1_000;
/** How often a command looks whether its channel is left alone no more, milliseconds. */
const TURN_MS = 25;
/** Between two attempts to open another socket, milliseconds. */
const AGAIN_MS = 100;

export interface CommandSocketsHandlers {
  /** Called once: there is no socket for commands any more. */
  lost(error: ConnectionError): void;
  /** FreeSWITCH is busy with this command for too long. */
  blocked(command: string): void;
}

/** When a command may go: what is left of its time, and the Job-UUID where it goes as a probe, by `bgapi`, which keeps nobody waiting. */
export interface Turn {
  readonly rest: WaitOptions;
  readonly probe: string | null;
}

/** A channel that is left alone: until when, and the Job-UUID of the probe under way. */
interface Silence {
  readonly until: number;
  readonly probe: string | null;
}

type Timing = Pick<SwitchTiming, "blockedMs" | "slowCommandMs">;

export class CommandSockets {
  readonly #options: ConnectionOptions;
  readonly #timing: Timing;
  readonly #handlers: CommandSocketsHandlers;
  #current: EventSocketConnection | null = null;
  /** The command that each waits for. Bounded by `MAX_ASIDE`. */
  readonly #aside = new Map<EventSocketConnection, string>();
  /** By channel. Bounded by `MAX_SILENT`: the oldest leaves. */
  readonly #silent = new Map<string, Silence>();
  #replacing: Promise<void> | null = null;
  readonly #waiting: WaitingCommands;
  readonly #closing = new AbortController();

  private constructor(options: ConnectionOptions, timing: Timing, handlers: CommandSocketsHandlers) {
    this.#options = options;
    this.#timing = timing;
    this.#handlers = handlers;
    this.#waiting = new WaitingCommands(options.name);
  }

  /** Connects the first. Throws ConnectionError, or the signal's reason. */
  static async open(options: Omit<ConnectionOptions, "onLost" | "onEvent">, timing: Timing, handlers: CommandSocketsHandlers): Promise<CommandSockets> {
    const sockets = new CommandSockets(options, timing, handlers);
    sockets.#current = await sockets.#connect(options.signal);
    return sockets;
  }

  /** The one that commands are sent by now; null: closed. */
  get current(): EventSocketConnection | null {
    return this.#current;
  }

  /** A command about a channel that is left alone waits, within its limit; the first after that is a probe. Throws Timeout, SwitchUnavailable once closed, or the signal's reason. */
  async turn(command: string, options: WaitOptions): Promise<Turn> {
    const since = performance.now();
    let rest = options;
    let course = this.#course(command);
    while (course === "wait") {
      if (rest.timeoutMs <= 0) throw new CallplaneError("Timeout");
      await sleep(Math.min(TURN_MS, rest.timeoutMs));
      options.signal?.throwIfAborted();
      if (this.#current === null) throw switchUnavailable(this.#options.name);
      rest = { ...options, timeoutMs: options.timeoutMs - (performance.now() - since) };
      course = this.#course(command);
    }
    return { rest, probe: course === "usual" ? null : this.#probe(command) };
  }

  /** A background job has come to its end, in time for whoever asked or not. */
  jobEnded(jobUuid: string): void {
    if (this.#silent.size === 0) return;
    for (const [channel, { probe }] of this.#silent) if (probe === jobUuid) this.#answered(channel);
  }

  /** As `EventSocketConnection.request`. While another socket is being opened, commands wait for it, in their order. */
  async request(lines: readonly string[], options: WaitOptions): Promise<string> {
    if (this.#current === null) throw switchUnavailable(this.#options.name);
    if (this.#replacing === null) return this.#current.request(lines, options);
    return this.#waiting.add(lines, options);
  }

  /** To be called from time to time, but not when this process itself has stalled and replies may lie unread. */
  look(): void {
    this.#sweep();
    const oldest = this.#current?.oldest ?? null;
    if (oldest === null || oldest.forMs < this.#timing.blockedMs || this.#replacing !== null || this.#aside.size >= MAX_ASIDE) return;
    this.#leaveAlone(channelsOf(oldest.command));
    this.#handlers.blocked(oldest.command);
    this.#replacing = this.#replace(oldest.command);
  }

  /** Idempotent; rejects what is pending. */
  async close(): Promise<void> {
    const sockets = [...(this.#current === null ? [] : [this.#current]), ...this.#aside.keys()];
    this.#current = null;
    this.#aside.clear();
    this.#closing.abort(switchUnavailable(this.#options.name));
    this.#waiting.rejectAll(switchUnavailable(this.#options.name));
    await Promise.all(sockets.map((socket) => socket.close()));
    await this.#replacing;
  }

  /** Tries until there is another socket, or FreeSWITCH has come to the end of the command after all. */
  async #replace(command: string): Promise<void> {
    const old = this.#current;
    while (old !== null && this.#current === old) {
      try {
        const next = await this.#connect();
        if (this.#current !== old) await next.close();
        else {
          this.#current = next;
          this.#aside.set(old, command);
        }
      } catch {
        // Where FreeSWITCH takes no connection any more, its silence shows.
        if (old.unanswered === 0 || this.#closing.signal.aborted) break;
        await sleep(AGAIN_MS);
      }
    }
    this.#replacing = null;
    if (this.#current !== null) this.#waiting.sendBy(this.#current);
  }

  async #connect(signal = this.#closing.signal): Promise<EventSocketConnection> {
    const opened: { socket: EventSocketConnection | null } = { socket: null };
    opened.socket = await EventSocketConnection.open({
      ...this.#options,
      signal,
      onLost: (error) => {
        if (opened.socket !== null && this.#aside.delete(opened.socket)) return;
        if (opened.socket !== null && opened.socket === this.#current) this.#handlers.lost(error);
      },
    });
    return opened.socket;
  }

  /** FreeSWITCH has come to the end of what it was busy with. */
  #sweep(): void {
    for (const [socket, command] of this.#aside) {
      if (socket.unanswered > 0) continue;
      this.#aside.delete(socket);
      for (const channel of channelsOf(command)) this.#answered(channel);
      void socket.close();
    }
  }

  #course(command: string): "usual" | "probe" | "wait" {
    if (this.#silent.size === 0) return "usual";
    this.#sweep();
    const silences = channelsOf(command).flatMap((channel) => this.#silent.get(channel) ?? []);
    if (silences.length === 0) return "usual";
    if (silences.some(({ until }) => performance.now() < until)) return "wait";
    // FreeSWITCH only puts a message in the channel's queue: it keeps nobody waiting, and its reply does not prove that the channel answers.
    return command.startsWith("sendmsg ") ? "usual" : "probe";
  }

  #probe(command: string): string {
    const jobUuid = randomUUID();
    this.#leaveAlone(channelsOf(command), jobUuid);
    return jobUuid;
  }

  /** FreeSWITCH did a command about this channel. While a socket still waits for another one, each goes as a probe: it may need the lock that one waits for. */
  #answered(channel: string): void {
    if ([...this.#aside.values()].some((command) => channelsOf(command).includes(channel))) this.#silent.set(channel, { until: performance.now(), probe: null });
    else this.#silent.delete(channel);
  }

  #leaveAlone(channels: readonly string[], probe: string | null = null): void {
    for (const channel of channels) {
      this.#silent.delete(channel);
      this.#silent.set(channel, { until: performance.now() + this.#timing.slowCommandMs, probe });
      const [oldest] = this.#silent.keys();
      if (this.#silent.size > MAX_SILENT && oldest !== undefined) this.#silent.delete(oldest);
    }
  }
}

/** The channels that a command is about. */
function channelsOf(command: string): readonly string[] {
  const [first = "", ...rest] = command.replace(/^(?:bg)?api /, "").split(/[ \n]/);
  if (first === "uuid_bridge") return rest.slice(0, 2);
  return first === "sendmsg" || first.startsWith("uuid_") ? rest.slice(0, 1) : [];
}
