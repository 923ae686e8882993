/** What a refused or failed ringing means for a program. */
import { CallplaneError } from "../errors.js";
import { statusOfEnd, type EndStatus } from "./statuses.js";

/** By the catalogue's codes, where FreeSWITCH's own word is not there. */
const BY_CODE: Readonly<Partial<Record<CallplaneError["code"], EndStatus>>> = { USER_BUSY: "busy", CALL_REJECTED: "busy", NO_ANSWER: "no-answer", USER_NOT_REGISTERED: "no-answer", Conflict: "canceled", Timeout: "no-answer" };

/** The status with which a leg that nobody has answered ends, and FreeSWITCH's cause, if it gave one. */
export function statusOfRefusal(error: unknown): { readonly status: EndStatus; readonly cause?: string } {
  if (!(error instanceof CallplaneError)) return { status: "failed" };
  const cause = /^-ERR ([A-Z_]+)/.exec(error.details.switchReply ?? "")?.[1];
  if (cause !== undefined) return { status: statusOfEnd(cause, false), cause };
  return { status: BY_CODE[error.code] ?? "failed" };
}
