/** The product as plain JavaScript in one file, for those that start it as a process: from TypeScript, or from its 300 files, it starts in several times the time. */
import { cpSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const REPOSITORY = join(import.meta.dirname, "../..");
/** Native code, and what finds its own files beside itself. */
const LEFT_OUT = ["better-sqlite3", "modesl", "pino"];
/** Packages that are CommonJS ask for `require`. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** What is built: the process, the command line, and the store alone, for processes that only write to a database. Each file's folder in the result is that of its source. */
const ENTRIES = ["src/main.ts", "src/cli/index.ts", "src/store/index.ts"];

/** Builds it in the directory. */
export async function buildProduct(directory: string): Promise<void> {
  await build({ entryPoints: ENTRIES.map((entry) => join(REPOSITORY, entry)), outbase: REPOSITORY, outdir: directory, bundle: true, external: LEFT_OUT, banner: { js: REQUIRE }, format: "esm", platform: "node", target: "node20", logLevel: "error" });
  const migrations = readdirSync(join(REPOSITORY, "src"), { recursive: true, withFileTypes: true }).find((entry) => entry.isDirectory() && entry.name === "migrations");
  if (migrations === undefined) throw new Error("There are no migrations.");
  // They are looked for beside the module that reads them, which is part of each of these files now.
  for (const entry of ENTRIES) cpSync(join(migrations.parentPath, "migrations"), join(directory, dirname(entry), "migrations"), { recursive: true });
  cpSync(join(REPOSITORY, "package.json"), join(directory, "package.json"));
  symlinkSync(join(REPOSITORY, "node_modules"), join(directory, "node_modules"));
}

export const mainOf = (built: string): string => join(built, "src/main.js");
export const storeOf = (built: string): string => join(built, "src/store/index.js");
