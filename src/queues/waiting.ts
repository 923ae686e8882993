/** Callers who wait, as all of this room speak of them. */
import type { WaitingStage } from "../calls/index.js";
import type { ErrorCode } from "../errors.js";

/** A caller in a department's queue. */
export interface WaitingCaller {
  /** The call's id. */
  readonly id: string;
  readonly organizationId: number;
  readonly department: string;
  /** Where the call is: agents whose phone this node reaches can be joined with the caller. */
  readonly node: string;
  /** -10 to 10, higher comes first. */
  readonly priority: number;
  /** When the caller joined the queue, epoch milliseconds. */
  readonly joinedAt: number;
  readonly stage: WaitingStage | null;
  /** Where the caller calls from, "" when that is not told. */
  readonly number: string;
  /** Agents whose phones ring for the caller or wait beside. */
  readonly ringing: readonly string[];
}

export type QueueChange =
  /** The caller began to wait, or something of what is told of the caller changed. */
  | { readonly type: "waits"; readonly caller: WaitingCaller }
  /**
   * The caller is as was last told no more: somebody talks to the caller (`agentId`, or null for an outside number), who hung up, or was taken elsewhere.
   * A move into another department is followed by `waits` there.
   */
  | { readonly type: "left"; readonly caller: WaitingCaller; readonly how: "answered" | "abandoned" | "moved"; readonly agentId: string | null }
  /** The caller pressed the key that is bound. */
  | { readonly type: "key"; readonly caller: WaitingCaller };

/** A caller joined the line of a department, or left it: for another one, to leave a message, to talk, or for good. */
export interface LineChange {
  readonly type: "joined" | "left";
  readonly callId: string;
  readonly organizationId: number;
  readonly department: string;
  /** How many wait there now. */
  readonly waiting: number;
}

export interface OfferOutcome {
  /** The caller talks to somebody. */
  readonly answered: boolean;
  /** The agent whom the caller talks to. */
  readonly agentId: string | null;
  /** Why the others' phones came to nothing; empty for those that were only called off. */
  readonly failures: readonly { readonly agentId: string | null; readonly code: ErrorCode }[];
}
