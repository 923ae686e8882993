/** Callplane as a process of its own, in a test. */
import { inject } from "vitest";
import { mainOf, storeOf } from "./build.js";
import { startCallplaneProcess, type Process } from "./callplane.js";
import { startOwned } from "./started.js";

export { START_MS, type Process } from "./callplane.js";

/** Starts it in the folder. */
export const startProcess = (environment: Readonly<Record<string, string>>, folder: string): Process => startCallplaneProcess({ main: mainOf(inject("product")), folder, environment });

/** Runs a script in a process of its own, with `openStore` in it; gives its exit code. What it says goes to standard error. */
export function withOpenStore(script: string): Promise<number | null> {
  const started = startOwned(process.execPath, ["--input-type=module", "-e", `import { openStore } from ${JSON.stringify(storeOf(inject("product")))};\n${script}`]);
  for (const output of [started.child.stdout, started.child.stderr]) output.pipe(process.stderr, { end: false });
  return started.exited;
}
