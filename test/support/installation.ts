/** Callplane as it is installed: its commands and package.json in a folder of their own, with what was built or without it. */
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { temporaryDirectory } from "./temporary.js";

const REPOSITORY = join(import.meta.dirname, "../..");

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly ended: Promise<Ended>;
}

export interface Installation {
  readonly path: string;
  /** Runs a command in the folder, with nothing of this process's environment but what it needs to run at all. */
  start(command: string, argv: readonly string[], environment?: Readonly<Record<string, string>>): Started;
  /** Ends what still runs. */
  remove(): Promise<void>;
}

export function installation(options: { readonly built: boolean }): Installation {
  const folder = temporaryDirectory();
  const { path } = folder;
  for (const name of ["bin", "scripts"]) cpSync(join(REPOSITORY, name), join(path, name), { recursive: true });
  cpSync(join(REPOSITORY, "package.json"), join(path, "package.json"));
  if (options.built) symlinkSync(join(inject("compiled"), "src"), join(path, "dist"));
  const started: Started[] = [];
  return {
    path,
    start(command, argv, environment = {}) {
      const { PATH = "", HOME = "" } = process.env;
      // A group of its own, so that the end of a test reaches what the command has started itself.
      const child = spawn(command, [...argv], { cwd: path, detached: true, env: { PATH, HOME, DATABASE_URL: `file:${path}/callplane.db`, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
      const run = { child, stdout: () => stdout, ended };
      started.push(run);
      return run;
    },
    async remove() {
      for (const { child } of started) {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        } catch {
          // All of the group has ended.
        }
      }
      await Promise.all(started.map(({ ended }) => ended));
      folder.remove();
    },
  };
}
