/**
 * The source as plain JavaScript, file by file, that Node.js loads itself. Vitest would transform each file and rewrite its imports, and each worker would evaluate what came of it: some 7 % of
 * what a run takes of the processor.
 */
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "vite";
import { AT_HOME, isConsole, REPOSITORY, SOURCE, transformFiles } from "./build.js";

/** Below the packages, so that what is imported from them is found; of this run alone, since two may go on at once. */
const BUILT = join(REPOSITORY, "node_modules/.cache/callplane-tests", String(process.pid));

/** Paths of what is built. */
export const BUILT_SOURCES = /[\\/]callplane-tests[\\/]/;

/** Builds it, but for the console's, whose components are the tests' tool to transform. Gives what removes it. */
export async function buildSources(): Promise<() => void> {
  await transformFiles(BUILT, { plugins: [AT_HOME], sourcemap: "inline" });
  return () => rmSync(BUILT, { recursive: true, force: true });
}

/** Leads the tests' imports of `src` to what is built. */
export const toBuiltSources: Plugin = {
  name: "built sources",
  enforce: "pre",
  resolveId(id, importer) {
    if (importer === undefined || !/^\.\.?\/.*\.js$/.test(id)) return null;
    const path = relative(SOURCE, join(importer, "..", id));
    return path.startsWith("..") || isConsole(path) || isConsole(relative(SOURCE, importer)) ? null : { id: join(BUILT, path), external: true };
  },
};
