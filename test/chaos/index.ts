/** `npm run chaos -- --minutes N --seed S [--real] [--fault KIND …] [--act KIND …]` */
import { parseArgs } from "node:util";
import { endStarted } from "../support/started.js";
import { runChaos } from "./run.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    real: { type: "boolean", default: false },
    fault: { type: "string", multiple: true },
    act: { type: "string", multiple: true },
  },
});

const write = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const minutes = Number(values.minutes);
  const seed = Number(values.seed);
  if (!(minutes > 0) || !Number.isSafeInteger(seed)) throw new Error("--minutes takes a number above 0, --seed a whole number.");
  write(`seed ${seed}, ${minutes} minutes on the ${values.real ? "real" : "simulated"} switch`);
  const { journal, kept } = await runChaos({ minutes, seed, real: values.real, ...(values.fault === undefined ? {} : { faults: values.fault }), ...(values.act === undefined ? {} : { acts: values.act }), write });
  write(journal.summary());
  if (kept !== null) write(`logs and database: ${kept}`);
  process.exitCode = journal.violations > 0 ? 1 : 0;
} catch (error) {
  process.stderr.write(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
} finally {
  await endStarted();
}
// What still waits (a customer who would hang up later) is of no use any more.
process.exit();
