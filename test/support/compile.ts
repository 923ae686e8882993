/** Before all tests: the product as plain JavaScript, for those that start it as a process; from TypeScript it starts in several times the time. */
import { cpSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";
import { temporaryDirectory } from "./temporary.js";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder that holds what `src` was compiled into. */
    readonly compiled: string;
  }
}

const REPOSITORY = join(import.meta.dirname, "../..");

export async function setup(project: TestProject): Promise<() => void> {
  const directory = temporaryDirectory();
  const files = readdirSync(join(REPOSITORY, "src"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"));
  await build({ entryPoints: files.map(({ parentPath, name }) => join(parentPath, name)), outbase: REPOSITORY, outdir: directory.path, format: "esm", platform: "node", target: "node20" });
  cpSync(join(REPOSITORY, "src/store/migrations"), join(directory.path, "src/store/migrations"), { recursive: true });
  cpSync(join(REPOSITORY, "package.json"), join(directory.path, "package.json"));
  symlinkSync(join(REPOSITORY, "node_modules"), join(directory.path, "node_modules"));
  project.provide("compiled", directory.path);
  return () => directory.remove();
}
