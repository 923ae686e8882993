/** Callplane as a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import { eventually } from "../lab/wait.js";

/** A process takes its time to start where several do at once. */
export const START_MS = 40_000;

export interface Process {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Both, for messages. */
  readonly output: () => string;
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Where it listens. Throws what it said when it does not within the limit. */
  url(): Promise<string>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts it in the folder, which holds its database unless told otherwise, with nothing of this process's environment but what it needs to run at all. */
export function startProcess(environment: Readonly<Record<string, string>>, folder: string): Process {
  const { PATH = "", HOME = "" } = process.env;
  const main = join(inject("compiled"), "src/main.js");
  const child = spawn(process.execPath, [main], { cwd: folder, env: { PATH, HOME, PORT: "0", DATABASE_URL: `file:${folder}/callplane.db`, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  const output = (): string => stdout + stderr;
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    output,
    exited,
    url: () => eventually("the process to listen", () => /"url":"(http:[^"]+)"/.exec(stdout)?.[1], { timeoutMs: START_MS, details: output }),
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
