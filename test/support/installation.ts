/** Callplane as it is installed: its commands and package.json in a folder of their own, with what was built or without it. */
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { buildFiles } from "./build.js";
import { startOwned, type Started } from "./started.js";
import { temporaryDirectory } from "./temporary.js";

const REPOSITORY = join(import.meta.dirname, "../..");

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Command {
  readonly child: Started["child"];
  readonly stdout: () => string;
  readonly ended: Promise<Ended>;
}

export interface Installation {
  readonly path: string;
  /** Runs a command in the folder, with nothing of this process's environment but what it needs to run at all. */
  start(command: string, argv: readonly string[], environment?: Readonly<Record<string, string>>): Command;
  /** Ends what still runs. */
  remove(): Promise<void>;
}

export function installation(options: { readonly built: boolean }): Installation {
  const folder = temporaryDirectory();
  const { path } = folder;
  for (const name of ["bin", "scripts"]) cpSync(join(REPOSITORY, name), join(path, name), { recursive: true });
  cpSync(join(REPOSITORY, "package.json"), join(path, "package.json"));
  if (options.built) symlinkSync(join(inject("product"), "src"), join(path, "dist"));
  return installedIn(folder);
}

/** What is there of these names, and nothing else, but for the packages; `dist` is built. */
export async function deployment(names: readonly string[]): Promise<Installation> {
  const folder = temporaryDirectory();
  for (const name of names) {
    if (name === "dist") await buildFiles(join(folder.path, name));
    else cpSync(join(REPOSITORY, name), join(folder.path, name), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder.path, "node_modules"));
  return installedIn(folder);
}

function installedIn(folder: ReturnType<typeof temporaryDirectory>): Installation {
  const { path } = folder;
  const started: Started[] = [];
  return {
    path,
    start(command, argv, environment = {}) {
      const { PATH = "", HOME = "" } = process.env;
      const run = startOwned(command, [...argv], { cwd: path, env: { PATH, HOME, DATABASE_URL: `file:${path}/callplane.db`, ...environment } });
      const { child } = run;
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      const ended = run.exited.then((code): Ended => ({ code, stdout, stderr }));
      started.push(run);
      return { child, stdout: () => stdout, ended };
    },
    async remove() {
      await Promise.all(started.map((each) => each.kill()));
      folder.remove();
    },
  };
}
