/** The types of waiting callers. */
import type { WaitingStage } from "../calls/index.js";
import type { ErrorCode } from "../errors.js";

/** A caller in a department's queue. */
export interface WaitingCaller {
  /** The call's id. */
  readonly id: string;
  readonly organizationId: number;
  readonly department: string;
  /** The call's node, which must reach the agent's phone. */
  readonly node: string;
  /** -10 to 10, higher comes first. */
  readonly priority: number;
  /** When the caller began to wait, in whichever department; it decides the place. Epoch milliseconds. */
  readonly joinedAt: number;
  /** When the caller came to this department. */
  readonly enteredAt: number;
  readonly stage: WaitingStage | null;
  /** The caller's number; "" when unknown. */
  readonly number: string;
  /** The caller's display name; it proves nothing. */
  readonly fromName: string | null;
  /** Agents whose phones ring for the caller, or have answered. */
  readonly ringing: readonly string[];
}

export type QueueChange =
  /** The caller began to wait, or the caller's data changed. */
  | { readonly type: "waits"; readonly caller: WaitingCaller }
  /** The caller was answered (by `agentId`, or null for an outside number), hung up, or was moved. After a move into another department, `waits` follows. */
  | { readonly type: "left"; readonly caller: WaitingCaller; readonly how: "answered" | "abandoned" | "moved"; readonly agentId: string | null }
  /** The caller pressed the key that is bound. */
  | { readonly type: "key"; readonly caller: WaitingCaller };

/**
 * Why a caller left a department's line: an agent talks with the caller, who else hung up, waits elsewhere or was taken out, was sent on by the department's rules or talks with somebody outside, leaves a message,
 * is to be called back, or was cut off: hung up on through Callplane, or lost with FreeSWITCH.
 */
export const LINE_ENDS = ["answered", "abandoned", "moved", "overflowed", "message", "callback", "removed"] as const;
export type LineEnd = (typeof LINE_ENDS)[number];

/** A caller joined the line of a department, left it, or changed within it. */
export type LineChange = {
  readonly caller: WaitingCaller;
  /** How many wait there now. */
  readonly waiting: number;
} & ({ readonly type: "joined" | "updated" } | { readonly type: "left"; readonly reason: LineEnd; /** Who answered. */ readonly agentId: string | null });

export interface OfferFailure {
  /** Null: a number of the outside. */
  readonly agentId: string | null;
  readonly code: ErrorCode;
  readonly missed: boolean;
}

export interface OfferOutcome {
  /** The caller talks to somebody. */
  readonly answered: boolean;
  /** The agent whom the caller talks to. */
  readonly agentId: string | null;
  /** Why the others' phones came to nothing; empty for those that were only called off. */
  readonly failures: readonly OfferFailure[];
  /** An agent takes no calls any more. */
  readonly withdrawn: boolean;
}
