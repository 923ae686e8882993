/** `npm run soak -- --minutes N --seed S [--browsers 20] [--phones 20] [--rate 2] [--calls 30] [--without ACT …] [--log LEVEL]` */
import { parseArgs } from "node:util";
import { endStarted } from "../support/started.js";
import { runSoak } from "./run.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    browsers: { type: "string", default: "20" },
    phones: { type: "string", default: "20" },
    rate: { type: "string", default: "2" },
    calls: { type: "string" },
    without: { type: "string", multiple: true, default: [] },
    log: { type: "string", default: "info" },
  },
});

const write = (line: string): void => void process.stdout.write(`${line}\n`);

/** Throws unless it is a number that is at least `least`. */
function number(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least)) throw new Error(`--${name} takes a number that is at least ${least}.`);
  return value;
}

try {
  const minutes = number("minutes", values.minutes, 0.1);
  const seed = Math.trunc(number("seed", values.seed, 0));
  const browsers = Math.trunc(number("browsers", values.browsers, 0));
  const phones = Math.trunc(number("phones", values.phones, 0));
  if (browsers + phones < 2) throw new Error("There must be two agents at least.");
  const rate = number("rate", values.rate, 0.01);
  // A block of the lab's ports has room for 90 legs at once.
  const calls = Math.trunc(number("calls", values.calls ?? String(Math.min(30, browsers + phones)), 1));
  write(`seed ${seed}, ${minutes} minutes, ${browsers} agents with a page and ${phones} with a SIP phone, ${rate} callers a second, ${calls} at once`);
  const { journal, summary, kept } = await runSoak({ minutes, seed, browsers, phones, rate, calls, without: values.without, log: values.log, write });
  write(summary);
  if (kept !== null) write(`logs and database: ${kept}`);
  process.exitCode = journal.violations > 0 ? 1 : 0;
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
} finally {
  await endStarted();
}
process.exit();
