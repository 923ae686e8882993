import type { Readable } from "node:stream";
import type { ScryptCost } from "../auth/index.js";
import type { Environment } from "../config.js";

/** What the command line touches of its process; tests give their own. */
export interface CliIo {
  readonly env: Environment;
  readonly stdin: Readable;
  /** Of new passwords; the product's own unless given. */
  readonly passwordCost?: ScryptCost;
  /** Throws OutputClosed once the reader has gone. */
  out(text: string): void;
  err(text: string): void;
  /** Resolves when all of it has been taken. Throws OutputClosed, or what kept it from being written. */
  flush(): Promise<void>;
}

/** Nobody reads the output any longer (`| head`): the command ends early, and that is no failure. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** A command line that makes no sense as it was typed (exit code 2). */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A refusal that has been told already, in the command's own output (exit code 1). */
export class SilentFailure extends Error {
  override readonly name = "SilentFailure";
}

/** What is piped in, without the newline that `echo` adds. */
export async function readAll(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  return Buffer.concat(chunks).toString("utf8").replace(/\r?\n$/, "");
}
