/**
 * One epoch of a node: an event socket and a command socket, from the subscription until one of them is lost.
 */
import { randomUUID } from "node:crypto";
import { switchUnavailable } from "../errors.js";
import { CommandSockets } from "./command-sockets.js";
import { commands } from "./commands.js";
import { EventSocketConnection } from "./connection.js";
import { EventParser, type EventOrigin, type ParsedEvent } from "./event-parser.js";
import { Jobs } from "./jobs.js";
import type { SwitchTiming } from "./ports.js";
import type { WaitOptions } from "./reply-queue.js";
import { rowsWritten } from "./rows-written.js";
import { SequenceLog } from "./sequence-log.js";
import { parseChannels, parseRegistrations, SnapshotError } from "./snapshot.js";
import { CommandRefused, ConnectionError, isRefusal } from "./switch-errors.js";
import { CHANNEL_EVENT_NAMES } from "./types.js";
import type { SwitchCommand, SwitchEvent, SwitchSnapshot } from "./types.js";
import { variableName } from "./words.js";

/** Only what is used: FreeSWITCH disconnects a slow listener (FREESWITCH.md). The words after CUSTOM are subclasses. */
const SUBSCRIPTION = [
  "event plain", ...CHANNEL_EVENT_NAMES, "BACKGROUND_JOB", "HEARTBEAT", "SHUTDOWN",
  "CUSTOM", "sofia::register", "sofia::unregister", "sofia::expire", "sofia::register_failure", "conference::maintenance",
].join(" ");

/** The limit of events that are buffered during the first snapshot. */
const MAX_BUFFERED = 500_000;

export interface NodeAddress {
  /** `host:port`, or what the operator calls it. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

export interface SessionHandlers {
  /** In order, after the first snapshot. Must not throw. */
  event(event: SwitchEvent): void;
  snapshot(snapshot: SwitchSnapshot): void;
  /** Every event that arrives, used or not. */
  arrived(origin: EventOrigin): void;
  /** Called once, when a socket is lost or FreeSWITCH is silent for too long. */
  lost(error: ConnectionError): void;
  /** FreeSWITCH is busy with this command for too long; others go by another socket. */
  blocked(command: string): void;
}

/** What FreeSWITCH says about itself. */
export interface SwitchFacts {
  readonly version: string;
  readonly coreUuid: string;
  readonly holdMusic: string;
}

export class Session {
  readonly #address: NodeAddress;
  readonly #timing: SwitchTiming;
  readonly #handlers: SessionHandlers;
  readonly #parser: EventParser;
  readonly #jobs = new Jobs();
  readonly #sequences: SequenceLog;
  #events: EventSocketConnection | null = null;
  #commands: CommandSockets | null = null;
  /** Events before the first snapshot. Bounded by `MAX_BUFFERED`. */
  #buffer: SwitchEvent[] | null = [];
  #coreUuid = "";
  #reconciling: Promise<void> | null = null;
  /** When the sockets were last checked, and until when they are not judged because our own process had stalled. */
  #lookedAt = performance.now();
  #stalledUntil = 0;
  /** Bounded by the two sockets. */
  readonly #pinged = new Set<EventSocketConnection>();
  /** Bounded by the one time that a session begins to live. */
  #timers: NodeJS.Timeout[] = [];
  #ended = false;

  /** @param variables channel variables that are read for others */
  constructor(address: NodeAddress, timing: SwitchTiming, handlers: SessionHandlers, variables: readonly string[]) {
    this.#parser = new EventParser(variables);
    this.#address = address;
    this.#timing = timing;
    this.#handlers = handlers;
    this.#sequences = new SequenceLog(timing.rowLagMs);
  }

  /** Connects both sockets and subscribes. One after the other, so that a wrong password is tried once. Throws ConnectionError. */
  async open(signal: AbortSignal): Promise<void> {
    const onLost = (error: ConnectionError): void => this.#lost(error);
    const common = { ...this.#address, handshakeMs: this.#timing.handshakeMs, signal };
    this.#events = await EventSocketConnection.open({ ...common, onLost, onEvent: (body) => this.#event(body) });
    const reply = await this.#events.request([SUBSCRIPTION], { timeoutMs: this.#timing.handshakeMs, signal });
    if (isRefusal(reply)) throw new ConnectionError("protocol", `FreeSWITCH refuses the subscription: ${reply}`);
    this.#commands = await CommandSockets.open(common, this.#timing, { lost: onLost, blocked: (command) => this.#handlers.blocked(command) });
    this.#timers.push(setInterval(() => this.#keepAlive(), this.#lookEveryMs));
    if (this.#ended) throw new ConnectionError("closed", "FreeSWITCH closed the connection.");
  }

  /** The first snapshot, then the buffered events, then live events (DESIGN decision 4). */
  async reconcileFirst(): Promise<SwitchFacts> {
    const options = { timeoutMs: this.#timing.reconcileTimeoutMs };
    const [version, holdMusic] = await Promise.all([
      this.#fact(commands.version(), options),
      this.#fact(commands.globalVariable(variableName("hold_music", "variable")), options),
      this.#rowsWritten().then(() => this.#takeSnapshot("connect")),
    ]);
    if (this.#ended) throw new ConnectionError("closed", "FreeSWITCH closed the connection.");
    const buffered = this.#buffer ?? [];
    this.#buffer = null;
    for (const event of buffered) this.#handlers.event(event);
    this.#timers.push(
      setInterval(() => this.#driftCheck(), this.#timing.driftEveryMs),
      // Should the rows have been late all the same: a change just before the subscription sent no event.
      ...[1, 5].map((times) => setTimeout(() => this.#driftCheck(), times * this.#timing.rowLagMs)),
    );
    return { version, coreUuid: this.#coreUuid, holdMusic };
  }

  /** A snapshot now; one at a time. */
  reconcile(): Promise<void> {
    this.#reconciling ??= this.#takeSnapshot("drift").finally(() => {
      this.#reconciling = null;
    });
    return this.#reconciling;
  }

  /** Throws CommandRefused on `-ERR` and `-USAGE`. */
  async api(command: SwitchCommand, options: WaitOptions): Promise<string> {
    return this.#inTurn(command, options, (rest, probe) => (probe === null ? this.#request([`api ${command.line}`], rest) : this.#job(command, rest, probe)));
  }

  async bgapi(command: SwitchCommand, options: WaitOptions): Promise<string> {
    return this.#inTurn(command, options, (rest, probe) => this.#job(command, rest, probe ?? randomUUID()));
  }

  async send(command: SwitchCommand, options: WaitOptions): Promise<string> {
    return this.#inTurn(command, options, (rest) => this.#request(command.line.split("\n"), rest));
  }

  /** Idempotent; rejects what is pending. */
  async close(): Promise<void> {
    this.#end();
    await Promise.all([this.#events?.close(), this.#commands?.close()]);
  }

  async #inTurn({ line }: SwitchCommand, options: WaitOptions, run: (rest: WaitOptions, probe: string | null) => Promise<string>): Promise<string> {
    if (this.#commands === null) throw switchUnavailable(this.#address.name);
    const { rest, probe } = await this.#commands.turn(line, options);
    return accepted(await run(rest, probe));
  }

  /** Rejects with CommandRefused when it does not begin. */
  #job(command: SwitchCommand, options: WaitOptions, jobUuid: string): Promise<string> {
    const job = this.#jobs.wait(jobUuid, options);
    // The reply only says that the job has begun; a refusal or a timeout ends the job.
    this.#request([`bgapi ${command.line}`, `Job-UUID: ${jobUuid}`], options).then(
      (reply) => {
        if (isRefusal(reply)) this.#jobs.fail(jobUuid, new CommandRefused(reply));
      },
      (error: unknown) => this.#jobs.fail(jobUuid, error instanceof Error ? error : switchUnavailable(this.#address.name)),
    );
    return job;
  }

  #request(lines: readonly string[], options: WaitOptions): Promise<string> {
    if (this.#commands === null || this.#ended) return Promise.reject(switchUnavailable(this.#address.name));
    return this.#commands.request(lines, options);
  }

  /** "" when FreeSWITCH does not know it. */
  async #fact(command: SwitchCommand, options: WaitOptions): Promise<string> {
    const reply = await this.#request([`api ${command.line}`], options);
    return isRefusal(reply) ? "" : reply.trim();
  }

  /** What happened just before the subscription sent no event, and must not be missing in the rows. */
  async #rowsWritten(): Promise<void> {
    const { reconcileTimeoutMs: timeoutMs, rowsWithinMs } = this.#timing;
    const ask = (prefix: string) => ({ line }: SwitchCommand): Promise<string> => this.#request(`${prefix}${line}`.split("\n"), { timeoutMs });
    await rowsWritten({ api: ask("api "), send: ask("") }, rowsWithinMs);
  }

  async #takeSnapshot(reason: SwitchSnapshot["reason"]): Promise<void> {
    const options = { timeoutMs: this.#timing.reconcileTimeoutMs };
    const afterSequence = this.#sequences.shownAt(performance.now());
    const [channels, registrations, coreUuid] = await Promise.all([
      this.api(commands.showChannels(), options),
      this.api(commands.showRegistrations(), options),
      // Constant during a connection.
      reason === "connect" ? this.#fact(commands.globalVariable(variableName("core_uuid", "variable")), options) : this.#coreUuid,
    ]);
    if (coreUuid !== "") this.#coreUuid = coreUuid;
    const snapshot = {
      coreUuid: this.#coreUuid,
      channels: parseChannels(channels).filter((row) => !this.#sequences.isDestroyed(row.uuid)),
      registrations: parseRegistrations(registrations),
      afterSequence,
      reason,
    };
    if (!this.#ended) this.#handlers.snapshot(snapshot);
  }

  #event(body: Buffer): void {
    const event = this.#parser.parse(body, (origin) => this.#seen(origin));
    if (event === null || this.#ended) return;
    if (event.kind !== "job") return this.#pass(event);
    this.#commands?.jobEnded(event.jobUuid);
    this.#jobs.finish(event.jobUuid, event.body);
  }

  #seen(origin: EventOrigin): void {
    if (origin.coreUuid !== "") this.#coreUuid = origin.coreUuid;
    this.#sequences.seen(origin.sequence, performance.now());
    this.#handlers.arrived(origin);
  }

  #pass(event: Exclude<ParsedEvent, { kind: "job" }>): void {
    if (event.kind === "channel" && event.name === "CHANNEL_DESTROY") this.#sequences.destroyed(event.uuid, performance.now());
    if (this.#buffer === null) this.#handlers.event(event);
    else if (this.#buffer.length < MAX_BUFFERED) this.#buffer.push(event);
    else this.#lost(new ConnectionError("protocol", "Too many events came during the reconcile."));
  }

  #driftCheck(): void {
    this.reconcile().catch((error: unknown) => {
      // Without a readable list of channels the connection is useless.
      if (!this.#ended) this.#lost(new ConnectionError("protocol", describe(error), { cause: error }));
    });
  }

  get #lookEveryMs(): number {
    return Math.max(10, Math.min(this.#timing.pingAfterMs, this.#timing.blockedMs) / 4);
  }

  #keepAlive(): void {
    const now = performance.now();
    if (now - this.#lookedAt > 2 * this.#lookEveryMs) this.#stalledUntil = now;
    else this.#commands?.look();
    this.#lookedAt = now;
    for (const socket of [this.#events, this.#commands?.current]) {
      if (socket == null || this.#pinged.has(socket) || socket.silentMs < this.#timing.pingAfterMs) continue;
      this.#pinged.add(socket);
      void this.#ping(socket).finally(() => this.#pinged.delete(socket));
    }
  }

  async #ping(socket: EventSocketConnection): Promise<void> {
    const { pingTimeoutMs, slowCommandMs } = this.#timing;
    // Behind a slow command; a FreeSWITCH that is silent as a whole shows it on the event socket.
    const limitMs = socket === this.#commands?.current && socket.unanswered > 0 ? Math.max(pingTimeoutMs, slowCommandMs) : pingTimeoutMs;
    const began = performance.now();
    try {
      await socket.request([`api ${commands.version().line}`], { timeoutMs: pingTimeoutMs });
    } catch {
      // A single reply may be late behind others, so silence counts; but not while our own process stalled.
      if (socket.silentMs >= limitMs && began > this.#stalledUntil) this.#lost(new ConnectionError("timeout", `FreeSWITCH has been silent for ${Math.round(socket.silentMs / 1000)} s.`));
    }
  }

  #lost(error: ConnectionError): void {
    if (this.#ended) return;
    void this.close();
    this.#handlers.lost(error);
  }

  #end(): void {
    this.#ended = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#buffer = null;
    this.#jobs.rejectAll(switchUnavailable(this.#address.name));
  }
}

function accepted(text: string): string {
  if (isRefusal(text)) throw new CommandRefused(text);
  return text;
}

const describe = (error: unknown): string =>
  error instanceof SnapshotError ? error.message : `FreeSWITCH did not list its channels: ${error instanceof Error ? error.message : "unknown error"}`;
