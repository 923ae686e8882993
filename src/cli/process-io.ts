/** The command line's process: its environment and its standard streams. */
import { processEnvironment } from "../config.js";
import { OutputClosed, type CliIo } from "./io.js";
import { ask } from "./secret.js";
import { systemCode } from "../system-errors.js";

const isClosed = (error: Error): boolean => systemCode(error) === "EPIPE";

/** For one command: it listens to errors of the standard streams, which would end the process with a stack trace. */
export function processIo(): CliIo {
  let lost: Error | null = null;
  process.stdout.on("error", (error: Error) => (lost ??= isClosed(error) ? new OutputClosed() : new Error(`The output could not be written: ${error.message}`)));
  // Nobody reads error messages any more.
  process.stderr.on("error", () => undefined);
  return {
    env: processEnvironment(),
    stdin: process.stdin,
    ...(process.stdin.isTTY ? { askSecret: (question: string) => ask(question, process.stdin, process.stderr) } : {}),
    out: (text) => {
      if (lost !== null) throw lost;
      process.stdout.write(text);
    },
    err: (text) => process.stderr.write(text),
    flush: async () => {
      // The callback comes before the event.
      await new Promise<void>((resolve) => process.stdout.write("", () => setImmediate(resolve)));
      if (lost !== null) throw lost;
    },
  };
}
