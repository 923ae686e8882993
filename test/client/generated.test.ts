/** A TypeScript client that is generated from the document: it type-checks, and walks the README's walk on the demonstration. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { startProcess } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const bin = (name: string, file: string): string => join(dirname(require.resolve(`${name}/package.json`)), file);

/** What the guide says that makes the types. */
const COMMANDS = [...readFileSync(join(import.meta.dirname, "../../docs/integrating.md"), "utf8").matchAll(/^npx openapi-typescript (.+)$/gm)].map(([, words = ""]) => words.split(" "));

const CONFIGURATION = { compilerOptions: { target: "ES2023", module: "NodeNext", lib: ["ES2023", "DOM", "DOM.Iterable"], types: ["node"], strict: true, skipLibCheck: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, outDir: "." }, files: ["walk.ts"] };

it("walks the README's walk", { timeout: 300_000 }, async () => {
  const [product, client] = [temporaryDirectory(), temporaryDirectory()];
  const running = startProcess({}, product.path);
  const at = (file: string): string => join(client.path, file);
  try {
    const url = await running.url();
    await run(process.execPath, [join(process.cwd(), "docs/examples/types.mjs"), url], { cwd: client.path });
    expect(COMMANDS).toHaveLength(2);
    for (const command of COMMANDS) await run(process.execPath, [bin("openapi-typescript", "bin/cli.js"), ...command], { cwd: client.path });
    await symlink(dirname(dirname(require.resolve("typescript/package.json"))), at("node_modules"));
    await copyFile(join(import.meta.dirname, "walk/walk.ts"), at("walk.ts"));
    await writeFile(at("package.json"), JSON.stringify({ type: "module" }));
    await writeFile(at("tsconfig.json"), JSON.stringify(CONFIGURATION));
    // What the compiler finds it tells on its output.
    const checked = await run(process.execPath, [bin("typescript", "bin/tsc"), "-p", client.path]).catch((error: { readonly stdout?: string }) => error);
    expect(checked.stdout).toBe("");
    const { stdout } = await run(process.execPath, [at("walk.js"), url]);
    expect(stdout.trim().split("\n")).toEqual(["calls inbound", "channels", "hold", "resume", "refused NotYourCall", "transfer", "whisper", "barge", "supervised", "line +12125550100 with menu", "pickup", "event: snapshot", "snapshot of calls", "online", "lunch after it", "hangup", "wrap-up, then away lunch", "recording RIFF with sound"]);
  } finally {
    await running.kill();
    product.remove();
    client.remove();
  }
});
