/** What the status control says of the agent. */
import type { Agent, Call } from "../../api/types.js";
import { agentStateOf, type AgentState } from "../../states.js";

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
