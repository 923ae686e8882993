/**
 * The status machine of one agent (CONTRACT §1): a pure function from (state, input) to state and effects.
 *
 * The state holds what the agent asked for (`wish`) and her live calls; the status that others see follows from them:
 * - with a live call she is `inCall`, else she is what she asked for. So a status asked for during a call takes effect when the last call ends.
 * - `offline` is the exception: seed 000 says "any status can be switched to this status", so it shows at once, also during a call
 *   (`left`), and the call goes on untouched. A further call that she answers or dials shows her `inCall` again, and so does asking for
 *   `online` or `away` while the call still lasts.
 * - Every status gives way to `inCall`, `offline` and `away` too: a phone that rings is a matter of registration, not of status
 *   (CONTRACT: "transfer, consult and supervision need a registration alone"), and she returns to the status before it.
 * - After a department's call she who is online may be in wrap-up: `away` with reason `wrapUp` until its time is over (CONTRACT: no fifth
 *   status). Asking for any status ends it, and so does a further call.
 * - Heartbeats and registrations only take a status away. Their return brings none back: whether an agent takes calls is hers to say.
 */
import type { AgentStatus } from "./types.js";

/** What may be asked for; `inCall` is the system's. */
export type AskedStatus = Exclude<AgentStatus, "inCall">;

export interface AgentState {
  readonly wish: AskedStatus;
  /** Why she is away; null unless `wish` is away. */
  readonly reason: string | null;
  /** Ids of the live calls that she answered or dialled. */
  readonly calls: readonly string[];
  /** She went offline while a call lasted. */
  readonly left: boolean;
  /** The wrap-up that she is in. */
  readonly wrapUp: WrapUp | null;
}

export interface WrapUp {
  /** Milliseconds since the epoch; null: until she ends it. */
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

export type Cause = "request" | `request:${string}` | "call" | "heartbeat" | "registration" | "system";

export type AgentEffect =
  /** The status that others see has changed: tell and store it. */
  | { readonly type: "changed"; readonly status: AgentStatus; readonly cause: Cause }
  /** Only what comes after the call has changed: store it. */
  | { readonly type: "remember"; readonly cause: Cause }
  /** Heartbeats are expected from now on, this being the first sign of life. */
  | { readonly type: "watch" }
  /** No heartbeats are expected any more. */
  | { readonly type: "unwatch" };

export interface Transition {
  readonly state: AgentState;
  readonly effects: readonly AgentEffect[];
}

export const INITIAL_STATE: AgentState = { wish: "offline", reason: null, calls: [], left: false, wrapUp: null };

/** The status that others see. */
export function statusOf(state: AgentState): AgentStatus {
  if (state.calls.length === 0) return state.wrapUp === null ? state.wish : "away";
  return state.left ? "offline" : "inCall";
}

/** Why she is away, null while her status is another. */
export function reasonOf(state: AgentState): string | null {
  if (statusOf(state) !== "away") return null;
  return state.wrapUp === null ? state.reason : WRAP_UP_REASON;
}

const CAUSES = {
  request: "request",
  callJoined: "call",
  callLeft: "call",
  wrapUpOver: "system",
  heartbeatsMissed: "heartbeat",
  phonesLost: "registration",
} as const satisfies Record<AgentInput["type"], Cause>;

function next(state: AgentState, input: AgentInput): AgentState {
  switch (input.type) {
    case "request":
      return { ...state, wish: input.status, reason: input.status === "away" ? input.reason : null, left: input.status === "offline" && state.calls.length > 0, wrapUp: null };
    case "callJoined":
      return state.calls.includes(input.callId) ? state : { ...state, calls: [...state.calls, input.callId], left: false, wrapUp: null };
    case "callLeft": {
      const calls = state.calls.filter((id) => id !== input.callId);
      if (calls.length === state.calls.length) return state;
      const wrapUp = calls.length === 0 && state.wish === "online" ? (input.wrapUp ?? null) : null;
      return { ...state, calls, left: state.left && calls.length > 0, wrapUp };
    }
    case "wrapUpOver":
      return state.wrapUp === null ? state : { ...state, wrapUp: null };
    case "heartbeatsMissed":
      // Who is offline owes no heartbeats, also while the system shows her inCall.
      return state.wish === "offline" ? state : { ...state, wish: "offline", reason: null, left: state.calls.length > 0, wrapUp: null };
    case "phonesLost":
      return { ...state, wish: "offline", reason: null, left: state.calls.length > 0, wrapUp: null };
  }
}

/** One step of the machine. `cause` overrides what the input says, for corrections that the system makes by itself. */
export function step(state: AgentState, input: AgentInput, cause: Cause = CAUSES[input.type]): Transition {
  const after = next(state, input);
  const effects: AgentEffect[] = [];
  if (after.wish === "offline" && state.wish !== "offline") effects.push({ type: "unwatch" });
  // Asking for the status that she has already is a sign of life too.
  if (input.type === "request" && after.wish !== "offline") effects.push({ type: "watch" });
  const status = statusOf(after);
  if (status !== statusOf(state) || reasonOf(after) !== reasonOf(state)) effects.push({ type: "changed", status, cause });
  else if (after.wish !== state.wish || after.reason !== state.reason) effects.push({ type: "remember", cause });
  return { state: after, effects };
}
