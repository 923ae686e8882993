/** Asks for what nobody is to read over somebody's shoulder. */
import { createInterface } from "node:readline";
import { Writable, type Readable } from "node:stream";
import { UsageError } from "./io.js";

/** One line of a terminal, of which nothing is shown. Throws UsageError when the person ends the input or interrupts. */
export async function ask(question: string, input: Readable, output: Pick<Writable, "write">): Promise<string> {
  output.write(question);
  // Readline switches the terminal's own echo off, and writes what is typed by itself: to nowhere.
  const lines = createInterface({ input, output: new Writable({ write: (_chunk, _encoding, done) => done() }), terminal: true, historySize: 0 });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("SIGINT", () => reject(new UsageError("Interrupted.")));
      lines.once("close", () => reject(new UsageError("No password was given.")));
    });
  } finally {
    lines.close();
    output.write("\n");
  }
}
