/** Runs programs of the operator's: no shell, input by stdin, output by stdout, each bounded in time and size, a few at a time. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { onAbort } from "../abort.js";
import { Places } from "./places.js";
import { reasonOf } from "./shared.js";

export class CommandFailed extends Error {
  /** There is no such program, so that trying again is of no use. */
  readonly missing: boolean;
  constructor(message: string, options: ErrorOptions & { readonly missing?: boolean } = {}) {
    super(message, options);
    this.name = "CommandFailed";
    this.missing = options.missing ?? false;
  }
}

export interface CommandLimits {
  readonly timeoutMs: number;
  /** Of what it writes. */
  readonly maxBytes: number;
}

const MAX_WAITING = 1000;
const MAX_STDERR = 2000;
/** Our own environment holds tokens and passwords. */
const ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" };

export class Commands {
  readonly #places: Places;
  /** Bounded by the places. */
  readonly #running = new Set<() => void>();
  #closed = false;

  constructor(atOnce: number) {
    this.#places = new Places(atOnce, MAX_WAITING);
  }

  /** What the program writes to stdout. Throws CommandFailed, Crowded, and the signal's reason; by then the program has been killed. */
  run(argv: readonly string[], input: Buffer, limits: CommandLimits, signal: AbortSignal): Promise<Buffer> {
    return this.#places.within(signal, () => this.#run(argv, input, limits, signal));
  }

  /** Kills what runs; nothing runs any more. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const end of this.#running) end();
  }

  #run([program = "", ...rest]: readonly string[], input: Buffer, { timeoutMs, maxBytes }: CommandLimits, signal: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#closed) throw new CommandFailed("Callplane is shutting down");
      // A group of its own, so that what it starts is killed with it.
      const child = spawn(program, rest, { shell: false, detached: true, stdio: "pipe", env: ENVIRONMENT });
      // Bounded by `maxBytes`.
      const output: Buffer[] = [];
      let bytes = 0;
      let complaint = "";
      const end = (failure: Error | null): void => {
        clearTimeout(timer);
        stop();
        if (!this.#running.delete(closing)) return;
        if (failure === null) resolve(Buffer.concat(output));
        else {
          kill(child);
          reject(failure);
        }
      };
      const closing = (): void => end(new CommandFailed("Callplane is shutting down"));
      this.#running.add(closing);
      const timer = setTimeout(() => end(new CommandFailed(`${program} took longer than ${timeoutMs} ms`)), timeoutMs);
      const stop = onAbort(signal, () => end(reasonOf(signal)));
      child.once("error", (error) => end(new CommandFailed(`${program} cannot be run: ${error.message}`, { cause: error, missing: /ENOENT|EACCES/.test(error.message) })));
      child.once("close", (code) => end(code === 0 ? null : new CommandFailed(`${program} ended with ${code ?? "a signal"}${complaint === "" ? "" : `: ${complaint.trim()}`}`)));
      child.stdout.on("data", (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > maxBytes) end(new CommandFailed(`${program} wrote more than ${maxBytes} bytes`));
        else output.push(piece);
      });
      child.stderr.setEncoding("utf8").on("data", (piece: string) => {
        complaint = (complaint + piece).slice(0, MAX_STDERR);
      });
      // It may end without having read everything.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => undefined);
      child.stdin.end(input);
    });
  }
}

function kill(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
}
