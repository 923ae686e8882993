/** One FreeSWITCH server: keeps a session alive, reports its state, and sends commands (DESIGN decisions 2 to 4). */
import { setTimeout as sleep } from "node:timers/promises";
import { onAbort, unlessAborted } from "../abort.js";
import { CallplaneError, switchUnavailable } from "../errors.js";
import { Backoff } from "./backoff.js";
import type { EventOrigin } from "./event-parser.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import type { CommandOutcome, SwitchTiming } from "./ports.js";
import { abortReason, type WaitOptions } from "./reply-queue.js";
import { Session, type NodeAddress, type SwitchFacts } from "./session.js";
import { CommandRefused, ConnectionError } from "./switch-errors.js";
import type { CommandOptions, NodeState, NodeStatus, SwitchCommand, SwitchEvent, SwitchNode, SwitchSink } from "./types.js";

export interface NodeSurroundings {
  readonly sink: SwitchSink;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "eventReceived" | "commandFinished" | "reconnected" | "nodeRemoved">;
  /** Channel variables that are read for others. */
  readonly variables: readonly string[];
  readonly timing: SwitchTiming;
  /** Called before each command: null, or a promise that rejects when another process owns the node. */
  readonly fence: () => Promise<void> | null;
}

/** Header lines of a `sendmsg` or `sendevent`; a length would make FreeSWITCH read a body. */
const HEADER_LINE = /^(?!content-length:)[A-Za-z][A-Za-z0-9-]*: \S/i;
const UNSAFE = /[\r\n\0]/;

export class FreeswitchNode implements SwitchNode {
  readonly name: string;
  readonly #address: NodeAddress;
  readonly #surroundings: NodeSurroundings;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  readonly #supervision: Promise<void>;
  #session: Session | null = null;
  #farewell: Promise<void> = Promise.resolve();
  /** Called when the state leaves `reconciling`. Bounded by the commands under way: a cancelled one leaves. */
  readonly #waiting = new Set<() => void>();
  #status: NodeStatus;

  /** Connects at once. */
  constructor(address: NodeAddress, surroundings: NodeSurroundings) {
    this.name = address.name;
    this.#address = address;
    this.#surroundings = surroundings;
    this.#backoff = new Backoff(surroundings.timing);
    this.#status = { name: address.name, state: "connecting", error: null, since: new Date(), epoch: 0, version: "", coreUuid: "", stale: true, holdMusic: "" };
    // Asynchronously, so that the caller has the node before its first event.
    this.#supervision = Promise.resolve().then(() => this.#supervise());
  }

  status(): NodeStatus {
    return this.#status;
  }

  api(command: SwitchCommand, options: CommandOptions = {}): Promise<string> {
    return this.#run(command, options, this.#surroundings.timing.apiTimeoutMs, (session, wait) => session.api(oneLine(command), wait));
  }

  bgapi(command: SwitchCommand, options: CommandOptions = {}): Promise<string> {
    return this.#run(command, options, this.#surroundings.timing.bgapiTimeoutMs, (session, wait) => session.bgapi(oneLine(command), wait));
  }

  send(command: SwitchCommand, options: CommandOptions = {}): Promise<string> {
    return this.#run(command, options, this.#surroundings.timing.apiTimeoutMs, (session, wait) => session.send(oneMessage(command), wait));
  }

  async reconcile(): Promise<void> {
    if (this.#session === null || this.#status.state !== "ready") throw switchUnavailable(this.name);
    await this.#session.reconcile();
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort(switchUnavailable(this.name));
      this.#become("closed", null);
    }
    await this.#supervision;
    await this.#farewell;
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#closing;
    let connectedBefore = false;
    this.#tellStatus();
    while (!signal.aborted) {
      let error: ConnectionError;
      try {
        error = await this.#live(connectedBefore);
        connectedBefore = true;
      } catch (thrown) {
        error = thrown instanceof ConnectionError ? thrown : new ConnectionError("protocol", describe(thrown), { cause: thrown });
      }
      if (signal.aborted) return;
      const delayMs = this.#backoff.next(error.permanent);
      const known = this.#status.error === error.message;
      this.#become(error.permanent ? "unusable" : "down", error.message);
      this.#log(error, delayMs, known);
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Runs one session; resolves with the reason of its end. Throws when it cannot begin. */
  async #live(again: boolean): Promise<ConnectionError> {
    const { sink, metrics, logger, variables, timing } = this.#surroundings;
    let lost: (error: ConnectionError) => void = () => undefined;
    const end = new Promise<ConnectionError>((resolve) => (lost = resolve));
    const session = new Session(this.#address, timing, {
      event: (event) => {
        if (!this.#closing.signal.aborted) this.#contain("event", () => sink.event(this.name, event), event);
      },
      snapshot: (snapshot) => {
        if (!this.#closing.signal.aborted) this.#contain("snapshot", () => sink.snapshot(this.name, snapshot));
      },
      arrived: (origin) => metrics.eventReceived(this.name, origin.name, lagMs(origin)),
      lost: (error) => lost(error),
      blocked: (command) => logger.error({ node: this.name, command: command.split(" ").slice(0, 3) }, "FreeSWITCH does not come to the end of a command; others go by another connection"),
    }, variables);
    try {
      await session.open(this.#closing.signal);
      this.#session = session;
      this.#become("reconciling", null, { epoch: this.#status.epoch + 1 });
      const facts = await Promise.race([session.reconcileFirst(), end]);
      if (facts instanceof ConnectionError) throw facts;
      this.#become("ready", null, facts);
      if (again) metrics.reconnected(this.name);
      this.#welcome(facts);
      const readyAt = performance.now();
      const error = (await unlessAborted(this.#closing.signal, end)) ?? new ConnectionError("closed", "The node was closed.");
      if (performance.now() - readyAt >= timing.healthyMs) this.#backoff.reset();
      return error;
    } catch (error) {
      logger.debug({ node: this.name, err: error }, "FreeSWITCH session failed");
      throw error;
    } finally {
      this.#session = null;
      // Not awaited: the loss must be reported at once.
      this.#farewell = session.close();
    }
  }

  /** Common to all commands: wait for a reconcile, time limit, metrics. */
  async #run(
    command: SwitchCommand, options: CommandOptions, defaultMs: number,
    run: (session: Session, wait: WaitOptions) => Promise<string>,
  ): Promise<string> {
    const began = performance.now();
    const timeoutMs = options.timeoutMs ?? defaultMs;
    let outcome: CommandOutcome = "ok";
    try {
      const doubt = this.#surroundings.fence();
      if (doubt !== null) await doubt;
      const session = await this.#ready(Math.max(1, timeoutMs - (performance.now() - began)), options.signal);
      return await run(session, { timeoutMs: Math.max(1, timeoutMs - (performance.now() - began)), signal: options.signal });
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      this.#surroundings.metrics.commandFinished(this.name, command.kind, outcome, (performance.now() - began) / 1000);
    }
  }

  /** The session, after a reconcile under way. Throws SwitchUnavailable, Timeout, or the signal's reason. */
  async #ready(timeoutMs: number, signal: AbortSignal | undefined): Promise<Session> {
    if (this.#status.state === "reconciling") await this.#reconciled(timeoutMs, signal);
    if (this.#session === null || this.#status.state !== "ready") throw switchUnavailable(this.name);
    return this.#session;
  }

  #reconciled(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let stopListening = (): void => undefined;
      const done = (outcome: () => void) => (): void => {
        this.#waiting.delete(ready);
        clearTimeout(timer);
        stopListening();
        outcome();
      };
      const ready = done(resolve);
      const aborted = done(() => reject(abortReason(signal)));
      const timer = setTimeout(done(() => reject(new CallplaneError("Timeout"))), timeoutMs);
      if (signal?.aborted === true) {
        aborted();
        return;
      }
      stopListening = onAbort(signal, aborted);
      this.#waiting.add(ready);
    });
  }

  #become(state: NodeState, error: string | null, facts: Partial<Pick<NodeStatus, "epoch" | "version" | "coreUuid" | "holdMusic">> = {}): void {
    // What is closed stays closed.
    if (this.#status.state === "closed") return;
    const same = this.#status.state === state && this.#status.error === error;
    this.#status = { ...this.#status, ...facts, state, error, stale: state !== "ready", since: same ? this.#status.since : new Date() };
    if (!same) this.#tellStatus();
    if (state === "reconciling") return;
    for (const wake of [...this.#waiting]) wake();
  }

  #tellStatus(): void {
    this.#contain("status", () => this.#surroundings.sink.status(this.name, this.#status));
  }

  /** An exception of one listener must not stop the others. */
  #contain(what: string, work: () => void, event?: SwitchEvent): void {
    try {
      work();
    } catch (err) {
      const name = event?.kind === "channel" ? event.name : event?.kind;
      this.#surroundings.logger.error({ node: this.name, what, event: name, err }, "a handler of FreeSWITCH's events failed");
    }
  }

  #welcome({ version, coreUuid }: SwitchFacts): void {
    this.#surroundings.logger.info({ node: this.name, version, coreUuid, epoch: this.#status.epoch }, "FreeSWITCH is connected");
  }

  /** `known`: reported already. */
  #log(error: ConnectionError, retryInMs: number, known: boolean): void {
    const fields = { node: this.name, fault: error.fault, reason: error.message, retryInMs: Math.round(retryInMs) };
    if (error.permanent) this.#surroundings.logger.error(fields, "FreeSWITCH cannot be used until an operator corrects this");
    else this.#surroundings.logger[known ? "debug" : "warn"](fields, "FreeSWITCH is not reachable");
  }
}

/** Checked again at run time, whatever the types say: no value may end the line of a command. */
function oneLine(command: SwitchCommand): SwitchCommand {
  if (command.line === "" || UNSAFE.test(command.line)) throw new TypeError("A command holds CR, LF or NUL.");
  return command;
}

function oneMessage(command: SwitchCommand): SwitchCommand {
  const [first = "", ...headers] = command.line.split("\n");
  if (!/^(?:sendmsg [0-9a-f-]{36}|sendevent [A-Z_]+)$/.test(first) || !headers.every((line) => HEADER_LINE.test(line))) {
    throw new TypeError("A message is not one sendmsg or sendevent with its headers.");
  }
  return command;
}

function outcomeOf(error: unknown): CommandOutcome {
  if (error instanceof CommandRefused) return "refused";
  if (!(error instanceof CallplaneError)) return "aborted";
  return error.code === "Timeout" ? "timeout" : "unavailable";
}

const lagMs = ({ timestampUs }: EventOrigin): number => Math.max(0, Date.now() - timestampUs / 1000);

const describe = (error: unknown): string => (error instanceof Error ? error.message : "unknown error");
