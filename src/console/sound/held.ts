/** Which of the agent's callers are on hold, and since when. */
import type { Call } from "../api/types.js";

/** By call; milliseconds by this machine's clock, which the server's is ahead of by `skewMs`. What waits for a lost phone is not the agent's to resume. */
export function heldSince(calls: Iterable<Call>, agent: string, skewMs: number): ReadonlyMap<string, number> {
  const held = new Map<string, number>();
  for (const { id, state, assignedTo, heldBy, stateSince } of calls) {
    if (state === "held" && assignedTo === agent && heldBy !== "lostPhone") held.set(id, Date.parse(stateSince) - skewMs);
  }
  return held;
}
