/** Callplane as a process of its own. */
import { eventually } from "../lab/wait.js";
import { startOwned, type Started } from "./started.js";

/** A process takes its time to start where several do at once. */
export const START_MS = 40_000;

export interface Process extends Started {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Both, for messages. */
  readonly output: () => string;
  /** Where it listens, at work or in standby. Throws what it said when it does not within the limit. */
  url(): Promise<string>;
}

export interface CallplaneProcess {
  /** What `buildProduct` gave. */
  readonly main: string;
  /** Holds its database unless told otherwise. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Options of Node.js. */
  readonly node?: readonly string[];
}

/** Starts it with nothing of this process's environment but what it needs to run at all. */
export function startCallplaneProcess({ main, folder, environment, node = [] }: CallplaneProcess): Process {
  const { PATH = "", HOME = "" } = process.env;
  const started = startOwned(process.execPath, [...node, main], { cwd: folder, env: { PATH, HOME, PORT: "0", DATABASE_URL: `file:${folder}/callplane.db`, ...environment } });
  let stdout = "";
  let stderr = "";
  started.child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  started.child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const output = (): string => stdout + stderr;
  return {
    ...started,
    stdout: () => stdout,
    stderr: () => stderr,
    output,
    url: () => eventually("the process to listen", () => /"url":"(http:[^"]+)"[^\n]*"Callplane (?:listens|waits in standby)/.exec(stdout)?.[1], { timeoutMs: START_MS, details: output }),
  };
}
