/** The operators' command line. Exit codes: 0 done, 1 refused or failed, 2 a command line that makes no sense. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { z } from "zod";
import { ConfigError } from "../config.js";
import { CallplaneError } from "../errors.js";
import { addAccountCommands } from "./account.js";
import { addAuditCommands } from "./audit.js";
import { addCallbackCommands } from "./callback.js";
import { addDepartmentCommands } from "./department.js";
import { addDoctorCommand } from "./doctor.js";
import { OutputClosed, SilentFailure, UsageError } from "./io.js";
import type { CliIo } from "./io.js";
import { addLineCommands } from "./line.js";
import { addMessageCommands } from "./message.js";
import { addOrgCommands } from "./org.js";
import { oneLine } from "./output.js";
import { processIo } from "./process-io.js";
import { addRecordsCommands } from "./records.js";
import { addTokenCommands } from "./token.js";
import { addTrunkCommands } from "./trunk.js";
import { addUserCommands } from "./user.js";
import { addWebhookCommands } from "./webhook.js";

const OK = 0;
const FAILED = 1;
const USAGE = 2;

/** Of package.json, which lies above `src` and above `dist` alike. */
function version(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))).version;
}

function buildProgram(io: CliIo): Command {
  const program = new Command("callplane")
    .description("Callplane's command line for operators; it works on the database of DATABASE_URL")
    .version(version(), "--version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      outputError: (text, write) => write(`callplane: ${oneLine(text.replace(/^error: /, ""))}\n`),
    });
  addOrgCommands(program, io);
  addUserCommands(program, io);
  addDepartmentCommands(program, io);
  addLineCommands(program, io);
  addTrunkCommands(program, io);
  addAccountCommands(program, io);
  addWebhookCommands(program, io);
  addTokenCommands(program, io);
  addAuditCommands(program, io);
  addRecordsCommands(program, io);
  addMessageCommands(program, io);
  addCallbackCommands(program, io);
  addDoctorCommand(program, io);
  return program;
}

function messageOf(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join(" ");
  return error instanceof Error ? error.message : "something unexpected was thrown";
}

function exitCode(error: unknown, io: CliIo): number {
  // Commander has said it already; help that was asked for is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
  if (error instanceof OutputClosed) return OK;
  if (error instanceof SilentFailure) return FAILED;
  io.err(`callplane: ${oneLine(messageOf(error))}\n`);
  return error instanceof UsageError || (error instanceof CallplaneError && error.code === "InvalidParameter") ? USAGE : FAILED;
}

/** Runs one command. `argv` is what follows the program's name. Never rejects. */
export async function run(argv: readonly string[], io: CliIo = processIo()): Promise<number> {
  try {
    await buildProgram(io).parseAsync([...argv], { from: "user" });
    await io.flush();
    return OK;
  } catch (error) {
    return exitCode(error, io);
  }
}
