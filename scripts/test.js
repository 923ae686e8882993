/**
 * Checks (types and lint) and runs the tests, beside each other: the tests wait for much of their time, and what they leave of the processor is enough
 * for the checks, which have the lower priority. Arguments are Vitest's. What the checks have found is told after the tests, so that it is not in between.
 * Exits with 0 when neither has found anything.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants, getPriority, setPriority } from "node:os";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const programOf = (name, ...path) => join(dirname(require.resolve(`${name}/package.json`)), ...path);
const children = [];

/** Resolves with the exit code, 1 when there is none. */
function run(name, argv, options) {
  const child = spawn(process.execPath, argv, options);
  children.push(child);
  const ended = new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`${name}: ${error.message}`);
      resolve(1);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
  return { child, ended };
}

// A terminal interrupts all of its processes by itself; whoever ends this one alone means them too.
process.on("SIGTERM", () => children.forEach((child) => child.kill("SIGTERM")));
process.on("SIGINT", () => undefined);

// One thread: two got in each other's way where memory is taken for the first time, and took five times the processor's time for the same.
const checks = run("checks", [programOf("oxlint", "bin", "oxlint"), "--threads", "1"], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, GOMAXPROCS: "1" } });
let found = "";
for (const output of [checks.child.stdout, checks.child.stderr]) output.setEncoding("utf8").on("data", (text) => (found += text));
if (checks.child.pid !== undefined) setPriority(checks.child.pid, Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));

const tests = run("tests", [programOf("vitest", "vitest.mjs"), "run", ...process.argv.slice(2)], { stdio: "inherit" });
const codes = await Promise.all([checks.ended, tests.ended]);
if (codes[0] !== 0) process.stdout.write(found);
console.log(`Types and lint: ${codes[0] === 0 ? "nothing found" : (checks.child.signalCode ?? "see above")}.`);
process.exitCode = codes.find((code) => code !== 0) ?? 0;
