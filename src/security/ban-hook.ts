import { spawn, type ChildProcess } from "node:child_process";
import type { Logger } from "../logger.js";
import type { BanOutcome } from "./ports.js";

export interface BanHookOptions {
  /** An executable's absolute path; run without a shell as `<command> <address> <seconds>`. */
  readonly command: string;
  readonly seconds: number;
  readonly logger: Logger;
  readonly finished: (outcome: BanOutcome) => void;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const AT_ONCE = 4;
const MAX_WAITING = 1000;

/** Runs the operator's ban command, a few at a time, each with a time limit. Its output is not read. */
export class BanHook {
  readonly #options: BanHookOptions;
  /** Bounded by `MAX_WAITING`. */
  readonly #waiting: string[] = [];
  /** Bounded by `AT_ONCE`, each for `timeoutMs`. */
  readonly #running = new Set<ChildProcess>();
  #closed = false;

  constructor(options: BanHookOptions) {
    this.#options = options;
  }

  /** `address` has been checked to be one. Never throws. */
  ban(address: string): void {
    if (this.#closed || this.#waiting.length >= MAX_WAITING) {
      this.#end(address, "dropped", null);
      return;
    }
    this.#waiting.push(address);
    this.#next();
  }

  /** Kills the running commands and drops the waiting ones. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
    for (const child of this.#running) child.kill("SIGKILL");
  }

  #next(): void {
    if (this.#closed || this.#running.size >= AT_ONCE) return;
    const address = this.#waiting.shift();
    if (address === undefined) return;
    const { command, seconds, timeoutMs = TIMEOUT_MS } = this.#options;
    let late = false;
    // PATH alone: our environment holds tokens and passwords.
    const child = spawn(command, [address, String(seconds)], { shell: false, stdio: "ignore", env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" } });
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    this.#running.add(child);
    const ended = (outcome: BanOutcome, code: number | null): void => {
      clearTimeout(timer);
      if (!this.#running.delete(child)) return;
      this.#end(address, outcome, code);
      this.#next();
    };
    child.once("error", (error) => {
      this.#options.logger.error({ err: error, command }, "the ban command cannot be run");
      ended("failed", null);
    });
    child.once("close", (code) => ended(late ? "timeout" : code === 0 ? "done" : "failed", code));
  }

  #end(address: string, outcome: BanOutcome, exitCode: number | null): void {
    const { logger, seconds, finished } = this.#options;
    finished(outcome);
    const fields = { address, seconds, exitCode };
    if (outcome === "done") logger.info(fields, "an address was banned");
    else logger.error({ ...fields, outcome }, "an address could not be banned");
  }
}
