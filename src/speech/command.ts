/** Runs programs of the operator's: no shell, input by stdin, output by stdout, each bounded in time and size, a few at a time. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
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

  constructor(atOnce: number, maxWaiting = MAX_WAITING) {
    this.#places = new Places(atOnce, maxWaiting);
  }

  /** What the program writes to stdout. Throws CommandFailed, Crowded, and the signal's reason; by then the program has been killed. */
  run(argv: readonly string[], input: Buffer, limits: CommandLimits, signal: AbortSignal): Promise<Buffer> {
    return this.#places.within(signal, async () => {
      // Bounded by `maxBytes`.
      const output: Buffer[] = [];
      await this.#run(argv, (stdin) => void stdin.end(input), (piece) => void output.push(piece), limits, signal);
      return Buffer.concat(output);
    });
  }

  /** As `run`, from one stream into another, for what is too large for the memory; resolves when all of it is written. Whatever happens, both streams are over then. */
  pipe(argv: readonly string[], open: () => Readable, into: Writable, limits: CommandLimits, signal: AbortSignal): Promise<void> {
    return this.#places.within(signal, async () => {
      const from = open();
      // The program has failed by then, and says why.
      for (const stream of [from, into]) stream.on("error", () => undefined);
      try {
        await this.#run(argv, (stdin) => {
          // The program ends then, and the failure is told below.
          from.once("error", () => stdin.end());
          from.pipe(stdin);
        }, (piece, stdout) => {
          if (into.write(piece)) return;
          stdout.pause();
          into.once("drain", () => stdout.resume());
        }, limits, signal);
        into.end();
        await finished(into);
        if (from.errored !== null) throw new CommandFailed(`what ${argv[0] ?? ""} reads cannot be read`, { cause: from.errored });
      } finally {
        from.destroy();
        into.destroy();
      }
    });
  }

  /** Kills what runs; nothing runs any more. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const end of this.#running) end();
  }

  #run([program = "", ...rest]: readonly string[], feed: (stdin: Writable) => void, take: (piece: Buffer, stdout: Readable) => void, { timeoutMs, maxBytes }: CommandLimits, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#closed) throw new CommandFailed("Callplane is shutting down");
      // A group of its own, so that what it starts is killed with it.
      const child = spawn(program, rest, { shell: false, detached: true, stdio: "pipe", env: ENVIRONMENT });
      let bytes = 0;
      let complaint = "";
      const end = (failure: Error | null): void => {
        clearTimeout(timer);
        stop();
        if (!this.#running.delete(closing)) return;
        if (failure === null) resolve();
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
        else take(piece, child.stdout);
      });
      child.stderr.setEncoding("utf8").on("data", (piece: string) => {
        complaint = (complaint + piece).slice(0, MAX_STDERR);
      });
      // It may end without having read everything.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => undefined);
      feed(child.stdin);
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
