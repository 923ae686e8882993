/**
 * Checks (types and lint; the console's components by a checker of their own) and runs the tests, beside each other: the tests wait for much of their time, and what they leave of the processor is enough
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

const LOW = Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL);
/** Runs a checker at the lower priority. Gives its exit code and what it found. */
async function check(name, argv, environment = {}) {
  const { child, ended } = run(name, argv, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
  let found = "";
  for (const output of [child.stdout, child.stderr]) output.setEncoding("utf8").on("data", (text) => (found += text));
  if (child.pid !== undefined) setPriority(child.pid, LOW);
  const code = await ended;
  return { code, found: child.signalCode === null ? found : `${name}: ${child.signalCode}\n` };
}
/** One after the other, and the second also when the first has found something. */
async function checkAll() {
  // One thread: two got in each other's way where memory is taken for the first time, and took five times the processor's time for the same.
  const lint = await check("oxlint", [programOf("oxlint", "bin", "oxlint"), "--threads", "1"], { GOMAXPROCS: "1" });
  const components = await check("vue-tsc", [programOf("vue-tsc", "bin", "vue-tsc.js"), "--noEmit", "-p", "test/console"]);
  return [lint, components];
}

const checked = checkAll();
const tests = run("tests", [programOf("vitest", "vitest.mjs"), "run", ...process.argv.slice(2)], { stdio: "inherit", env: { ...process.env, CALLPLANE_TEST_SOURCES: "built" } });
const [checks, code] = await Promise.all([checked, tests.ended]);
for (const { code: failed, found } of checks) if (failed !== 0) process.stdout.write(found);
console.log(`Types and lint: ${checks.every(({ code: failed }) => failed === 0) ? "nothing found" : "see above"}.`);
process.exitCode = [...checks.map(({ code: failed }) => failed), code].find((each) => each !== 0) ?? 0;
