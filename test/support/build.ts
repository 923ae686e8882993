/** The product as plain JavaScript in one file, for those that start it as a process: from TypeScript, or from its 300 files, it starts in several times the time. */
import { cpSync, readdirSync, symlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { build as viteBuild } from "vite";

export const REPOSITORY = join(import.meta.dirname, "../..");
export const SOURCE = join(REPOSITORY, "src");
/** Native code, and what finds its own files beside itself. */
const LEFT_OUT = ["better-sqlite3", "modesl", "pino"];
/** Packages that are CommonJS ask for `require`. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** What is built: the process, the command line, and the store and the requests to other servers alone, for processes that only write to a database or deliver from it. Each file's folder in the result is that of its source. */
const ENTRIES = ["src/main.ts", "src/cli/index.ts", "src/store/index.ts", "src/outbound/index.ts"];

/** What a module finds beside itself (migrations, package.json) it finds in the repository: in the one file that it is made part of, it would be elsewhere. */
export const AT_HOME: Plugin = {
  name: "at home",
  setup: (bundler) =>
    bundler.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const contents = await readFile(path, "utf8");
      return contents.includes("import.meta.url") ? { contents: contents.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)), loader: "ts" } : null;
    }),
};

/** Builds it in the directory. */
export const buildProduct = (directory: string): Promise<void> => buildPrograms(ENTRIES, directory);

/** Builds these (paths from the repository's folder) as the product is built; `builtFrom` tells where each is then. */
export async function buildPrograms(entries: readonly string[], directory: string): Promise<void> {
  await build({ entryPoints: entries.map((entry) => join(REPOSITORY, entry)), outbase: REPOSITORY, outdir: directory, bundle: true, external: LEFT_OUT, banner: { js: REQUIRE }, plugins: [AT_HOME], format: "esm", platform: "node", target: "node20", logLevel: "error" });
  cpSync(join(REPOSITORY, "package.json"), join(directory, "package.json"));
  symlinkSync(join(REPOSITORY, "node_modules"), join(directory, "node_modules"));
}

/** Builds it file by file, as `npm run build` does, but without a look at the types, and without the console. */
export async function buildFiles(directory: string): Promise<void> {
  await transformFiles(directory);
  cpSync(join(SOURCE, "store/migrations"), join(directory, "store/migrations"), { recursive: true });
}

/** The source file by file, without the console. */
export async function transformFiles(directory: string, options: Pick<BuildOptions, "plugins" | "sourcemap"> = {}): Promise<void> {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !isConsole(name));
  await build({ entryPoints: files.map((name) => join(SOURCE, name)), outbase: SOURCE, outdir: directory, format: "esm", platform: "node", target: "node20", logLevel: "error", ...options });
}

/** @param path from the source's folder */
export const isConsole = (path: string): boolean => /^console(?:[\\/]|$)/.test(path);

/** Builds the console in the directory, from what `npm run build` has made of the API's documents. */
export async function buildConsole(directory: string): Promise<void> {
  await viteBuild({ configFile: join(REPOSITORY, "src/console/vite.config.ts"), logLevel: "warn", build: { outDir: directory } });
}

export const builtFrom = (entry: string, directory: string): string => join(directory, entry.replace(/\.ts$/, ".js"));
export const mainOf = (built: string): string => builtFrom("src/main.ts", built);
export const storeOf = (built: string): string => builtFrom("src/store/index.ts", built);
export const outboundOf = (built: string): string => builtFrom("src/outbound/index.ts", built);
