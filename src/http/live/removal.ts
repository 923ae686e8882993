/** Why a call leaves an agent's list, and who has it since, as far as the agent may know. */
import type { CallView, Handover, Target } from "../../calls/index.js";

export const REMOVAL_REASONS = ["transferred", "pickedUp", "taken", "moved", "joined", "left", "withdrawn", "ended"] as const;

export interface Removal {
  readonly reason: (typeof REMOVAL_REASONS)[number];
  /** Null: nobody, or not known. */
  readonly to: Target | null;
}

/** Whether the call is where it was handed to: it may have come back since. */
function isCurrent({ to }: Handover, { assignedTo, department, state }: CallView): boolean {
  if (to?.type === "client") return assignedTo === to.to;
  return to?.type !== "department" || (state === "queued" && department === to.to);
}

/** @param before the call as agents were shown it last; null: not known any more */
export function removalOf(agentId: string | null, before: CallView | null, now: CallView, handover: Handover | null): Removal {
  if (now.state === "ended") return { reason: "ended", to: null };
  const colleague: Target | null = now.assignedTo === null || now.assignedTo === agentId ? null : { type: "client", to: now.assignedTo };
  const line: Target | null = now.state === "queued" && now.department !== null ? { type: "department", to: now.department } : null;
  if (handover !== null && agentId !== null && handover.from === agentId && isCurrent(handover, now)) return { reason: handover.how, to: handover.to };
  const isRung = agentId !== null && before?.ringing.includes(agentId) === true;
  if (!isRung && before?.state !== "queued") return line === null ? { reason: "left", to: colleague } : { reason: "moved", to: line };
  if (colleague !== null && now.assignedTo !== before?.assignedTo) return { reason: "taken", to: colleague };
  return isRung ? { reason: "withdrawn", to: null } : { reason: "moved", to: line };
}
