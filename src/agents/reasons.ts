import { invalid } from "../errors.js";
import { WRAP_UP_REASON } from "./status.js";
import type { AgentStatus } from "./types.js";

/** Only `away` has a reason, one of the organization's where it has a list (CONTRACT §1). Throws InvalidParameter (`reason`). */
export function checkReason(reasons: readonly string[], status: AgentStatus, reason: string): void {
  if (status !== "away") throw invalid("reason", "is possible for the status away only.");
  if (reason === WRAP_UP_REASON) throw invalid("reason", "wrapUp is set by the system only.");
  if (reasons.length > 0 && !reasons.includes(reason)) throw invalid("reason", `is not one of the organization's reasons: ${reasons.join(", ")}.`);
}
