/** What the status control says of the agent. */
import type { Agent, Call } from "../../api/types.js";
import { agentStateOf, type AgentState } from "../../states.js";
import { currentOf } from "./my-calls.js";
import { situationOf } from "./situation.js";
import { timesOf } from "./times.js";

export interface Next {
  readonly status: "online" | "away" | "offline" | "inCall";
  readonly reason: string | null;
  /** Who chose it; null: the agent. */
  readonly by: string | null;
  /** What that user is called; null: nothing is known but the user name. */
  readonly byName: string | null;
}

export interface ShownStatus {
  readonly state: AgentState;
  /** ISO 8601. */
  readonly since: string;
  /** Counts down to it: the end of the wrap-up. */
  readonly until: string | null;
  readonly reason: string | null;
  readonly next: Next | null;
}

export function shownStatus(agent: Agent, calls: ReadonlyMap<string, Call>): ShownStatus {
  const state = agentStateOf(agent, calls);
  return {
    state,
    since: agent.since,
    until: state === "wrapUp" ? (agent.wrapUp?.until ?? agent.until) : null,
    reason: state === "away" ? agent.reason : null,
    next: agent.next,
  };
}

/** From when its time counts, the same as in the middle of the desk. Null: it has none. `current`: the call in the middle. */
export function sinceOf(status: ShownStatus, current: Call | null, calls: readonly Call[], agentId: string): string | null {
  const isInCall = status.state === "inCall" || status.state === "held";
  const rings = (call: Call): boolean => situationOf(call, agentId) === "ringing";
  // What rings has the middle from a caller on hold, with whom the agent still is.
  const call = isInCall && current !== null && rings(current) ? currentOf(calls.filter((other) => !rings(other)), agentId, null) : current;
  if (call === null || (rings(call) ? status.state !== "ringing" : !isInCall)) return status.since;
  // How long a department's caller has waited is not how long the phone rings.
  if (rings(call) && call.queuedAt !== null) return null;
  const times = timesOf(call, situationOf(call, agentId));
  return status.state === "held" ? (times.heldSince ?? times.since) : times.since;
}

/** In a call, what is chosen follows the call. */
export const isLater = ({ state }: ShownStatus): boolean => state === "inCall" || state === "held";

/** What the agent was before the call, and is again after it. Null: the page has not seen it, and does not guess. */
export function before(agent: Agent, known: Pick<Next, "status" | "reason"> | null): Pick<Next, "status" | "reason"> | null {
  if (agent.status === "inCall") return known;
  return agent.wrapUp !== null || agent.reason === "wrapUp" ? { status: "online", reason: null } : { status: agent.status, reason: agent.reason };
}

/** What ends the time after a call, or the time away: what was chosen to follow it, as the page tells it, and otherwise the next call may come. */
export function statusAfter(agent: Agent | null): { readonly status: "online" | "away" | "offline"; readonly reason: string | undefined } {
  const next = agent?.next ?? null;
  return next === null || next.status === "inCall" ? { status: "online", reason: undefined } : { status: next.status, reason: next.reason ?? undefined };
}
