import type { Readable } from "node:stream";
import type { ScryptCost } from "../auth/index.js";
import type { Environment } from "../config.js";

/** The process's streams and environment; tests give their own. */
export interface CliIo {
  readonly env: Environment;
  readonly stdin: Readable;
  /** Asks the person at the terminal for a line that is not shown; none where standard input is no terminal. Throws UsageError when nothing is given. */
  readonly askSecret?: (question: string) => Promise<string>;
  /** The cost of new password hashes; by default the product's. */
  readonly passwordCost?: ScryptCost;
  /** Throws OutputClosed once the reader has gone. */
  out(text: string): void;
  err(text: string): void;
  /** Resolves when all output is written. Throws OutputClosed, or the error. */
  flush(): Promise<void>;
}

/** The reader of the output has gone (`| head`): the command ends early, which is no failure. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** A command line that makes no sense as it was typed (exit code 2). */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A failure that the command's own output has already reported (exit code 1). */
export class SilentFailure extends Error {
  override readonly name = "SilentFailure";
}

/** From the person at the terminal, who types it twice because it is not seen; else what is piped in. `what`: what is asked for. */
export async function secretFrom(io: CliIo, what: string): Promise<string> {
  const { askSecret } = io;
  if (askSecret === undefined) return readAll(io.stdin);
  const given = await askSecret(`${what}: `);
  if (given !== "" && (await askSecret(`${what} again: `)) !== given) throw new UsageError("The two are not the same.");
  return given;
}

/** What is piped in, without the newline that `echo` adds. */
async function readAll(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  return Buffer.concat(chunks).toString("utf8").replace(/\r?\n$/, "");
}
