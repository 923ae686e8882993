/** What can go wrong between us and FreeSWITCH. */
import { CallplaneError, type ErrorCode } from "../errors.js";
import { codeForCause, isHangupCause } from "./hangup-causes.js";
import type { CommandRefusedShape } from "./types.js";

/** Why a connection is not there (any more). `refused` to `unreachable` are of the network, `password` and `acl` need an operator. */
export type ConnectionFault = "refused" | "unreachable" | "reset" | "closed" | "timeout" | "protocol" | "password" | "acl";

/** A connection to FreeSWITCH failed. The message is for operators and never holds the password. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly fault: ConnectionFault;

  constructor(fault: ConnectionFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }

  /** Trying again soon will not help. */
  get permanent(): boolean {
    return this.fault === "password" || this.fault === "acl";
  }
}

const NO_CHANNEL = /^-ERR (?:No such channel!|Invalid uuid|Cannot locate session!|invalid session id)/i;

function codeForReply(reply: string, causeWord: string): ErrorCode {
  if (isHangupCause(causeWord)) return codeForCause(causeWord);
  return NO_CHANNEL.test(reply) ? "NotFound" : "CALL_FAILED";
}

const MESSAGES: Partial<Record<ErrorCode, string>> = { NotFound: "There is no such channel or user.", CALL_FAILED: "FreeSWITCH refused the command." };

/** FreeSWITCH answered `-ERR …` or `-USAGE …`. */
export class CommandRefused extends CallplaneError implements CommandRefusedShape {
  readonly reply: string;
  readonly causeWord: string;

  constructor(text: string) {
    const reply = text.split("\n", 1)[0] ?? "";
    const causeWord = /^-ERR ([A-Z][A-Z0-9_]*)$/.exec(reply)?.[1] ?? "";
    const code = codeForReply(reply, causeWord);
    super(code, MESSAGES[code], { switchReply: reply });
    this.name = "CommandRefused";
    this.reply = reply;
    this.causeWord = causeWord;
  }
}

/** Whether a reply or a job's body is a refusal. */
export const isRefusal = (text: string): boolean => text.startsWith("-ERR") || text.startsWith("-USAGE");
