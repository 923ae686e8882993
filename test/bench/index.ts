/**
 * `npm run bench`: what Callplane costs, as ratios measured side by side in one run (medians of 5), each with its target.
 * Exit code 1 when one fails. `npm run bench -- intake listing` runs those alone.
 */
import { z } from "zod";
import { BENCHMARKS, benchmarkName } from "./benchmarks.js";
import { startChild } from "./support/child.js";
import { passes, type Finding } from "./support/finding.js";

const finding = z.object({
  what: z.string(),
  measured: z.string(),
  value: z.number().or(z.nan()),
  unit: z.string(),
  target: z.union([z.object({ atLeast: z.number() }), z.object({ atMost: z.number() })]),
});

const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

function line(found: Finding): string {
  const { target, unit } = found;
  const wanted = "atLeast" in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
  return `${passes(found) ? "PASS" : "FAIL"}  ${`${figure(found.value)} ${unit}`.padStart(12)}  (target ${wanted})`.padEnd(42) + `${found.what}\n${" ".repeat(42)}${found.measured}`;
}

/** The longest one looks at a page for ten minutes, besides what it has to build and load. */
const BENCHMARK_MS = 2_400_000;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}. There are: ${benchmarkName.join(", ")}.`);
  process.exit(2);
}

let failed = 0;
for (const name of benchmarkName) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const began = performance.now();
  const child = startChild(new URL("./worker.ts", import.meta.url), { nodeOptions: ["--expose-gc"], answerMs: BENCHMARK_MS });
  try {
    const { title } = await BENCHMARKS[name]();
    console.log(`\n${title}`);
    for (const found of await child.ask("run", name, z.array(finding))) {
      console.log(line(found));
      if (!passes(found)) failed++;
    }
  } catch (error) {
    console.error(`FAIL  ${name} did not come to its end:`, error);
    failed++;
  } finally {
    await child.close();
  }
  console.log(`      (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}
console.log(failed === 0 ? "\nAll targets are met." : `\n${failed} failed.`);
process.exitCode = failed === 0 ? 0 : 1;
