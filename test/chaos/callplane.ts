/** The Callplane of a run: one process at a time, or two while one follows the other. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../lab/wait.js";
import { startCallplaneProcess, START_MS, type Process } from "../support/callplane.js";
import { CLOCK_ENVIRONMENT } from "./clock-preload.js";

export interface CallplaneSettings {
  readonly main: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The addresses where the first, third … and the second, fourth … process listen for FreeSWITCH; null: they do not. */
  readonly provisioning: readonly [string, string] | null;
  readonly preload: string;
  readonly clockFile: string;
}

/** When a request may fail or last, since the process was not there or stood still. */
interface Disturbance {
  readonly from: number;
  to: number;
}

export class Callplane {
  readonly #settings: CallplaneSettings;
  readonly #disturbances: Disturbance[] = [];
  readonly #unexpected: (what: string) => void;
  #process: Process | null = null;
  #url = "http://127.0.0.1:9";
  #starts = 0;

  /** @param unexpected told when a process ends that nobody ended */
  constructor(settings: CallplaneSettings, unexpected: (what: string) => void) {
    this.#settings = settings;
    this.#unexpected = unexpected;
  }

  readonly url = (): string => this.#url;

  get pid(): number {
    return this.#process?.child.pid ?? 0;
  }

  get starts(): number {
    return this.#starts;
  }

  /** Whether it was away or stood still at some time of a request. */
  wasDisturbed(from: number, to: number): boolean {
    return this.#disturbances.some((each) => each.from <= to && from <= each.to);
  }

  /** Marks a time in which no request is judged; the result ends it. */
  disturb(): () => void {
    const disturbance: Disturbance = { from: performance.now(), to: Infinity };
    this.#disturbances.push(disturbance);
    return () => {
      // What was cut off is told to clients a moment later.
      disturbance.to = performance.now() + 500;
    };
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    const started = await this.#begin();
    await this.#whenReady(started);
  }

  /** Ends it by SIGKILL or SIGTERM, and starts the next one. */
  async restart(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const settled = this.disturb();
    await this.stop(signal);
    await this.start();
    settled();
  }

  /** Starts the next one before this one ends. */
  async overlap(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const settled = this.disturb();
    const before = this.#process;
    const next = await this.#begin();
    if (before !== null) await end(before, signal);
    await this.#whenReady(next);
    settled();
  }

  async stop(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const process = this.#process;
    this.#process = null;
    if (process !== null) await end(process, signal);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.child.kill(signal);
  }

  async #begin(): Promise<Process> {
    const { main, folder, environment, provisioning, preload, clockFile } = this.#settings;
    const listen = provisioning === null ? "off" : (provisioning[this.#starts % 2] ?? "off");
    const log = join(folder, `callplane-${++this.#starts}.log`);
    const started = startCallplaneProcess({ main, folder, node: ["--import", preload], environment: { ...environment, PROVISIONING_LISTEN: listen, [CLOCK_ENVIRONMENT]: clockFile } });
    for (const output of [started.child.stdout, started.child.stderr]) output.on("data", (chunk: Buffer) => appendFileSync(log, chunk));
    this.#process = started;
    void started.exited.then((code) => {
      if (this.#process === started) this.#unexpected(`the process ended by itself with ${code ?? "a signal"}: ${started.stderr().slice(-500)}`);
    });
    this.#url = await started.url();
    return started;
  }

  async #whenReady(process: Process): Promise<void> {
    let told = "";
    const ready = async (): Promise<boolean> => {
      const reply = await fetch(`${this.#url}/health/ready`).catch(() => null);
      told = reply === null ? "no reply" : await reply.text();
      return reply?.status === 200;
    };
    await eventually("Callplane to be ready", ready, { timeoutMs: START_MS, everyMs: 50, details: () => `${told}\n${process.output().slice(-2000)}` });
  }
}

async function end(process: Process, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  process.child.kill(signal);
  await process.exited;
}
