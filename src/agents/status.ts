/**
 * The status machine of one agent (CONTRACT §1): a pure function from (state, input) to state and effects.
 *
 * The state holds the requested status (`wish`) and the live calls. The visible status follows from them:
 * - With a live call it is `inCall`, otherwise the requested one. A status requested during a call is `next`: it takes effect when the last call ends, or after
 *   the wrap-up that follows the call, unless it was asked for after the call alone. Until then it can be withdrawn.
 * - `offline` shows at once, also during a call (`seeds/000_e2594b29d1bf22c7.txt`: "any status can be switched to this status"), and the call goes on (`left`). A further call that the
 *   agent answers or dials shows `inCall` again, and so does a request for `online` or `away` while the call lasts.
 * - Every status yields to `inCall`, also `offline` and `away`, and returns after it: whether a phone rings depends on its registration alone (CONTRACT).
 * - After a department's call, an agent who would be online, or who asked for something else meanwhile, may be in wrap-up: `away` with the reason `wrapUp` until
 *   its time is over. Any request ends it, unless it asks for what follows the wrap-up, and so does a further call, which what was asked for then follows.
 * - Missed heartbeats, and the loss of the last phone for longer than the grace time, set the agent offline, but not during a call. Their return does not restore
 *   the status: a phone registers by itself, also on an empty desk, and only the agent decides to take calls. The loss of a phone is not told during a call.
 */
import type { AgentStatus } from "./types.js";

/** A status that may be requested; only the system sets `inCall`. */
export type AskedStatus = Exclude<AgentStatus, "inCall">;

/** What a requested status waits for: the end of the call alone, or of the wrap-up too, where one follows. */
export const AFTER = ["call", "wrapUp"] as const;
export type After = (typeof AFTER)[number];

/** A status that was asked for and waits. */
export interface Next {
  readonly status: Exclude<AskedStatus, "offline">;
  /** The reason of `away`. */
  readonly reason: string | null;
  readonly after: After;
  /** Who asked. */
  readonly cause: Cause;
}

export interface AgentState {
  /** The status without `next`. */
  readonly wish: AskedStatus;
  /** The reason of `away`; null unless `wish` is away. */
  readonly reason: string | null;
  /** Ids of the live calls that the agent answered or dialled. */
  readonly calls: readonly string[];
  /** The agent went offline during a call. */
  readonly left: boolean;
  readonly wrapUp: WrapUp | null;
  /** During a call or a wrap-up: the status that was asked for and follows; null: nobody asked. */
  readonly next: Next | null;
}

export interface WrapUp {
  /** The call that it follows; null: not known any more. */
  readonly callId: string | null;
  /** Milliseconds since the epoch; null: until the agent ends it. */
  readonly until: number | null;
}

export const WRAP_UP_REASON = "wrapUp";

export type AgentInput =
  /** Without `after`: during a call, after the wrap-up; during a wrap-up, at once. */
  | { readonly type: "request"; readonly status: AskedStatus; readonly reason: string | null; readonly after?: After }
  /** Takes back what was asked for and waits. */
  | { readonly type: "withdrawn" }
  | { readonly type: "callJoined"; readonly callId: string }
  | { readonly type: "callLeft"; readonly callId: string; readonly wrapUp?: WrapUp | null }
  | { readonly type: "wrapUpOver" }
  | { readonly type: "wrapUpExtended"; readonly until: number }
  | { readonly type: "heartbeatsMissed" }
  | { readonly type: "phonesLost" };

/** `directory`: the agent's account was made, changed or removed. */
export type Cause = "request" | `request:${string}` | "call" | "heartbeat" | "registration" | "directory" | "system";

export type AgentEffect =
  /** The visible status has changed: tell and store it. */
  | { readonly type: "changed"; readonly status: AgentStatus; readonly cause: Cause }
  /** Only what follows, the end of the wrap-up, or whether the agent has a phone, has changed: store it. */
  | { readonly type: "remember"; readonly cause: Cause }
  /** Heartbeats are expected from now on; this is the first one. */
  | { readonly type: "watch" }
  /** No heartbeats are expected any more. */
  | { readonly type: "unwatch" };

export interface Transition {
  readonly state: AgentState;
  readonly effects: readonly AgentEffect[];
}

export const INITIAL_STATE: AgentState = { wish: "offline", reason: null, calls: [], left: false, wrapUp: null, next: null };

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

/** The status that comes when everything that now lasts is over. */
export const wishOf = (state: AgentState): AskedStatus => state.next?.status ?? state.wish;

const REQUEST_BY = "request:";

/** `next` as others see it; `by`: the user who asked, or `system`; null: the agent. */
export function nextOf({ next }: AgentState): (Pick<Next, "status" | "reason" | "after"> & { readonly by: string | null }) | null {
  if (next === null) return null;
  const { status, reason, after, cause } = next;
  return { status, reason, after, by: cause === "request" ? null : cause.startsWith(REQUEST_BY) ? cause.slice(REQUEST_BY.length) : cause };
}

const CAUSES = {
  request: "request",
  withdrawn: "request",
  callJoined: "call",
  callLeft: "call",
  wrapUpOver: "system",
  wrapUpExtended: "request",
  heartbeatsMissed: "heartbeat",
  phonesLost: "registration",
} as const satisfies Record<AgentInput["type"], Cause>;

/** Nothing that lasts stands before `next` any more: it is the status now. */
const settled = (state: AgentState): AgentState => (state.next === null ? { ...state, wrapUp: null } : { ...state, wish: state.next.status, reason: state.next.reason, wrapUp: null, next: null });

/** What a request makes of the state. */
function requested(state: AgentState, { status, reason: given, after }: Extract<AgentInput, { type: "request" }>, cause: Cause): AgentState {
  const isEngaged = state.calls.length > 0;
  const reason = status === "away" ? given : null;
  const waits = isEngaged || (state.wrapUp !== null && after === "wrapUp");
  if (status !== "offline" && waits) return { ...state, left: false, next: { status, reason, after: after ?? "wrapUp", cause } };
  return { ...state, wish: status, reason, left: isEngaged, wrapUp: null, next: null };
}

function next(state: AgentState, input: AgentInput, cause: Cause): AgentState {
  const isEngaged = state.calls.length > 0;
  switch (input.type) {
    case "request":
      return requested(state, input, cause);
    case "withdrawn":
      return state.next === null ? state : { ...state, next: null };
    case "callJoined":
      return state.calls.includes(input.callId) ? state : { ...state, calls: [...state.calls, input.callId], left: false, wrapUp: null };
    case "callLeft": {
      const calls = state.calls.filter((id) => id !== input.callId);
      if (calls.length === state.calls.length) return state;
      if (calls.length > 0) return { ...state, calls };
      const hasWrapUp = state.next === null ? state.wish === "online" : state.next.after === "wrapUp";
      const wrapUp = hasWrapUp ? (input.wrapUp ?? null) : null;
      const over = { ...state, calls, left: false };
      return wrapUp === null ? settled(over) : { ...over, wrapUp };
    }
    case "wrapUpOver":
      return state.wrapUp === null ? state : settled(state);
    case "wrapUpExtended":
      return state.wrapUp === null ? state : { ...state, wrapUp: { ...state.wrapUp, until: input.until } };
    case "heartbeatsMissed":
    case "phonesLost":
      // An offline agent sends no heartbeats, also when the status is inCall.
      return isEngaged || wishOf(state) === "offline" ? state : { ...state, wish: "offline", reason: null, wrapUp: null, next: null };
  }
}

/** One step of the machine. `cause` overrides the input's cause, for corrections by the system. */
export function step(state: AgentState, input: AgentInput, cause: Cause = CAUSES[input.type]): Transition {
  const after = next(state, input, cause);
  const effects: AgentEffect[] = [];
  if (wishOf(after) === "offline" && wishOf(state) !== "offline") effects.push({ type: "unwatch" });
  // A request for the current status counts as a heartbeat too.
  if (input.type === "request" && input.status !== "offline") effects.push({ type: "watch" });
  const status = statusOf(after);
  if (status !== statusOf(state) || reasonOf(after) !== reasonOf(state)) effects.push({ type: "changed", status, cause });
  else if (after.wish !== state.wish || after.reason !== state.reason || after.next !== state.next || after.wrapUp?.until !== state.wrapUp?.until || input.type === "phonesLost") effects.push({ type: "remember", cause });
  return { state: after, effects };
}
