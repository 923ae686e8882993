import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../lab/wait.js";
import { startOwned } from "./started.js";
import { temporaryDirectory } from "./temporary.js";

const REPOSITORY = join(import.meta.dirname, "../..");
const STARTED = JSON.stringify(join(import.meta.dirname, "started.ts"));

/** One whose parent has not noticed its end yet counts as gone. */
function runs(pid: number): boolean {
  try {
    return !/^Z/.test(execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }));
  } catch {
    return false;
  }
}

/** The ids that a program prints, and what it says besides for messages. */
function program(args: readonly string[]): { readonly ids: () => Promise<number[]>; readonly exited: Promise<number | null>; readonly said: () => string } {
  const started = startOwned(process.execPath, args, { cwd: REPOSITORY });
  let said = "";
  started.child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  started.child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ids = async (): Promise<number[]> =>
    eventually("the ids of its processes", () => {
      const found = [...said.matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid));
      return found.length >= 2 && found;
    }, { timeoutMs: 30_000, details: () => said });
  return { ids, exited: started.exited, said: () => said };
}

/** A process with a child of its own: prints both ids and never ends. */
const STARTS_TWO = `const two = startOwned("/bin/sh", ["-c", "sleep 1000 & echo process $$; echo process $!; wait"]);
two.child.stdout.pipe(process.stdout);`;

describe("what a test starts", () => {
  it("ends with the process that started it, also when that is killed", async () => {
    const { ids } = program(["--import", "tsx", "--input-type=module", "-e", `import { startOwned } from ${STARTED};\n${STARTS_TWO}\ntwo.child.stdout.on("data", () => setTimeout(() => process.kill(process.pid, "SIGKILL"), 100));`]);
    const [first = 0, second = 0] = await ids();
    await eventually("both to be gone", () => !runs(first) && !runs(second));
  });

  it("ends with its file when a test has run into its limit", { timeout: 60_000 }, async () => {
    const folder = temporaryDirectory();
    try {
      writeFileSync(join(folder.path, "hangs.test.ts"), `import { it } from "vitest";\nimport { startOwned } from ${STARTED};\nit("hangs", async () => {\n${STARTS_TWO}\ntry { await new Promise(() => {}); } finally { await two.kill(); }\n}, 1000);\n`);
      // The next file of the same worker sees what the first has left.
      writeFileSync(join(folder.path, "next.test.ts"), `import { expect, it } from "vitest";\nimport { startedIds } from ${STARTED};\nit("finds nothing left", () => expect(startedIds()).toEqual([]));\n`);
      const base = JSON.stringify(join(REPOSITORY, "vitest.config.ts"));
      // What this run reports and covers stands in files that the other must not begin anew.
      writeFileSync(join(folder.path, "vitest.config.ts"), `import base from ${base};\nconst { globalSetup, coverage, outputFile, ...test } = base.test;\nexport default { ...base, root: ${JSON.stringify(REPOSITORY)}, test: { ...test, dir: ${JSON.stringify(folder.path)}, include: ["**/*.test.ts"], maxWorkers: 1, reporters: ["verbose"], sequence: { sequencer: undefined } } };\n`);
      const { ids, exited, said } = program([join(REPOSITORY, "node_modules/vitest/vitest.mjs"), "run", "--config", join(folder.path, "vitest.config.ts")]);
      const [first = 0, second = 0] = await ids();
      expect(await exited, said()).toBe(1);
      expect(said()).toMatch(/1 failed.*1 passed/);
      expect([runs(first), runs(second)]).toEqual([false, false]);
    } finally {
      folder.remove();
    }
  });
});
