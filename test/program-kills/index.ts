/** `npm run program-kills -- --kills N --seed S [--real] [--at CALLS] [--silence-s SECONDS]` */
import { parseArgs } from "node:util";
import { endStarted } from "../support/started.js";
import { runKills } from "./run.js";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    real: { type: "boolean", default: false },
    at: { type: "string", default: "8" },
    "silence-s": { type: "string", default: "5" },
  },
});

const write = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const [kills, seed, at, silenceS] = [values.kills, values.seed, values.at, values["silence-s"]].map(Number);
  if (kills === undefined || seed === undefined || at === undefined || silenceS === undefined || !(kills > 0) || !Number.isSafeInteger(seed) || !(at > 0) || !(silenceS > 0)) throw new Error("--kills, --at and --silence-s take a number above 0, --seed a whole number.");
  write(`seed ${seed}, ${kills} kills on the ${values.real ? "real" : "simulated"} switch`);
  const { journal, summary, kept } = await runKills({ kills, seed, real: values.real, at, silenceS, write });
  write(summary);
  if (kept !== null) write(`logs, requests and database: ${kept}`);
  process.exitCode = journal.violations > 0 ? 1 : 0;
} catch (error) {
  process.stderr.write(`program-kills: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
} finally {
  await endStarted();
}
process.exit();
