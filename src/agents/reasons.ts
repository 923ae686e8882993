import { invalid } from "../errors.js";
import { WRAP_UP_REASON } from "./status.js";
import type { AgentStatus } from "./types.js";

/**
 * Why somebody may be set to a status: for `away` alone, and one of the organization's reasons where it has a list (CONTRACT §1).
 * Throws InvalidParameter (`reason`).
 */
export function checkReason(reasons: readonly string[], status: AgentStatus, reason: string): void {
  if (status !== "away") throw invalid("reason", "is for the status away alone.");
  if (reason === WRAP_UP_REASON) throw invalid("reason", "wrapUp is set by the system alone.");
  if (reasons.length > 0 && !reasons.includes(reason)) throw invalid("reason", `is none of the organization's: ${reasons.join(", ")}.`);
}
