/**
 * The status machine of one agent (CONTRACT §1): a pure function from (state, input) to state and effects.
 *
 * The state holds the requested status (`wish`) and the live calls. The visible status follows from them:
 * - With a live call it is `inCall`, otherwise the requested one. A status requested during a call takes effect when the last call ends.
 * - `offline` shows at once, also during a call (seed 000: "any status can be switched to this status"), and the call goes on (`left`). A further call that the
 *   agent answers or dials shows `inCall` again, and so does a request for `online` or `away` while the call lasts.
 * - Every status yields to `inCall`, also `offline` and `away`, and returns after it: whether a phone rings depends on its registration alone (CONTRACT).
 * - After a department's call, an agent who is online may be in wrap-up: `away` with the reason `wrapUp` until its time is over. Any request ends it, and so
 *   does a further call.
 * - Missed heartbeats, and the loss of the last phone for longer than the grace time, set the agent offline, but not during a call. Their return does not restore
 *   the status: a phone registers by itself, also on an empty desk, and only the agent decides to take calls. The loss of a phone is not told during a call.
 */
import type { AgentStatus } from "./types.js";

/** A status that may be requested; only the system sets `inCall`. */
export type AskedStatus = Exclude<AgentStatus, "inCall">;

export interface AgentState {
  readonly wish: AskedStatus;
  /** The reason of `away`; null unless `wish` is away. */
  readonly reason: string | null;
  /** Ids of the live calls that the agent answered or dialled. */
  readonly calls: readonly string[];
  /** The agent went offline during a call. */
  readonly left: boolean;
  readonly wrapUp: WrapUp | null;
  /** With a live call: who asked during it for the status that follows; null: nobody did. */
  readonly asked: Cause | null;
}

export interface WrapUp {
  /** The call that it follows; null: not known any more. */
  readonly callId: string | null;
  /** Milliseconds since the epoch; null: until the agent ends it. */
  readonly until: number | null;
}

export const WRAP_UP_REASON = "wrapUp";

export type AgentInput =
  | { readonly type: "request"; readonly status: AskedStatus; readonly reason: string | null }
  | { readonly type: "callJoined"; readonly callId: string }
  | { readonly type: "callLeft"; readonly callId: string; readonly wrapUp?: WrapUp | null }
  | { readonly type: "wrapUpOver" }
  | { readonly type: "heartbeatsMissed" }
  | { readonly type: "phonesLost" };

/** `directory`: the agent's account was made, changed or removed. */
export type Cause = "request" | `request:${string}` | "call" | "heartbeat" | "registration" | "directory" | "system";

export type AgentEffect =
  /** The visible status has changed: tell and store it. */
  | { readonly type: "changed"; readonly status: AgentStatus; readonly cause: Cause }
  /** Only the status after the call, or whether the agent has a phone, has changed: store it. */
  | { readonly type: "remember"; readonly cause: Cause }
  /** Heartbeats are expected from now on; this is the first one. */
  | { readonly type: "watch" }
  /** No heartbeats are expected any more. */
  | { readonly type: "unwatch" };

export interface Transition {
  readonly state: AgentState;
  readonly effects: readonly AgentEffect[];
}

export const INITIAL_STATE: AgentState = { wish: "offline", reason: null, calls: [], left: false, wrapUp: null, asked: null };

/** The visible status. */
export function statusOf(state: AgentState): AgentStatus {
  if (state.calls.length === 0) return state.wrapUp === null ? state.wish : "away";
  return state.left ? "offline" : "inCall";
}

/** The reason of `away`; null for another status. */
export function reasonOf(state: AgentState): string | null {
  if (statusOf(state) !== "away") return null;
  return state.wrapUp === null ? state.reason : WRAP_UP_REASON;
}

const REQUEST_BY = "request:";

/** The status that somebody asked for during the agent's call, and that follows it; null: nobody did, or the agent is not shown in a call. */
export function nextOf(state: AgentState): { readonly status: AskedStatus; readonly reason: string | null; readonly by: string | null } | null {
  const { asked, wish, reason } = state;
  if (asked === null || statusOf(state) !== "inCall") return null;
  return { status: wish, reason, by: asked === "request" ? null : asked.startsWith(REQUEST_BY) ? asked.slice(REQUEST_BY.length) : asked };
}

const CAUSES = {
  request: "request",
  callJoined: "call",
  callLeft: "call",
  wrapUpOver: "system",
  heartbeatsMissed: "heartbeat",
  phonesLost: "registration",
} as const satisfies Record<AgentInput["type"], Cause>;

function next(state: AgentState, input: AgentInput, cause: Cause): AgentState {
  const isEngaged = state.calls.length > 0;
  switch (input.type) {
    case "request":
      return { ...state, wish: input.status, reason: input.status === "away" ? input.reason : null, left: input.status === "offline" && isEngaged, wrapUp: null, asked: isEngaged ? cause : null };
    case "callJoined":
      return state.calls.includes(input.callId) ? state : { ...state, calls: [...state.calls, input.callId], left: false, wrapUp: null };
    case "callLeft": {
      const calls = state.calls.filter((id) => id !== input.callId);
      if (calls.length === state.calls.length) return state;
      const wrapUp = calls.length === 0 && state.wish === "online" ? (input.wrapUp ?? null) : null;
      return { ...state, calls, left: state.left && calls.length > 0, wrapUp, asked: calls.length > 0 ? state.asked : null };
    }
    case "wrapUpOver":
      return state.wrapUp === null ? state : { ...state, wrapUp: null };
    case "heartbeatsMissed":
    case "phonesLost":
      // An offline agent sends no heartbeats, also when the status is inCall.
      return isEngaged || state.wish === "offline" ? state : { ...state, wish: "offline", reason: null, wrapUp: null };
  }
}

/** One step of the machine. `cause` overrides the input's cause, for corrections by the system. */
export function step(state: AgentState, input: AgentInput, cause: Cause = CAUSES[input.type]): Transition {
  const after = next(state, input, cause);
  const effects: AgentEffect[] = [];
  if (after.wish === "offline" && state.wish !== "offline") effects.push({ type: "unwatch" });
  // A request for the current status counts as a heartbeat too.
  if (input.type === "request" && after.wish !== "offline") effects.push({ type: "watch" });
  const status = statusOf(after);
  if (status !== statusOf(state) || reasonOf(after) !== reasonOf(state)) effects.push({ type: "changed", status, cause });
  else if (after.wish !== state.wish || after.reason !== state.reason || after.asked !== state.asked || input.type === "phonesLost") effects.push({ type: "remember", cause });
  return { state: after, effects };
}
