/** How long a call lasts, and the hold in it. */
import type { Call } from "../../api/types.js";
import type { Situation } from "./situation.js";

export interface Times {
  /** ISO 8601: the length is counted from here. */
  readonly since: string;
  /** Since when it is on hold or parked; null: it is not. */
  readonly heldSince: string | null;
}

/** Nobody talks yet, so that there is only how long it has been so. */
const BEFORE: ReadonlySet<Situation> = new Set<Situation>(["ringing", "connecting", "dialling", "scripted"]);

export function timesOf(call: Call, situation: Situation): Times {
  if (situation === "waiting") return { since: call.queuedAt ?? call.stateSince, heldSince: null };
  if (BEFORE.has(situation)) return { since: call.stateSince, heldSince: null };
  if (situation === "consulted") return { since: call.consult?.since ?? call.stateSince, heldSince: null };
  return { since: call.answeredAt ?? call.createdAt, heldSince: call.state === "held" || call.state === "parked" ? call.stateSince : null };
}
