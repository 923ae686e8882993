/** What is told of offers: each that was made comes to exactly one end, which a later process may tell. */
import type { ErrorCode } from "../errors.js";

/** Why an agent's phone rings no more although the agent did not miss the call: the agent takes no calls any more, somebody else has the caller, or the caller was moved, the caller is gone, or the phone cannot be rung. */
export const WITHDRAWALS = ["agent", "taken", "caller_gone", "failed"] as const;
export type Withdrawal = (typeof WITHDRAWALS)[number];

export type OfferNews =
  /** The agent's phone is to ring. */
  | { readonly type: "made" | "accepted" }
  /** It rang in vain, was busy, or the agent refused. */
  | { readonly type: "missed"; readonly code: ErrorCode }
  | { readonly type: "withdrawn"; readonly reason: Withdrawal };

/** Of the phone of one agent. `until`: when it stops ringing, epoch milliseconds; null: not known any more. */
export type OfferTold = (agentId: string, until: number | null, news: OfferNews) => void;

export type OfferChange = OfferNews & {
  readonly organizationId: number;
  readonly department: string;
  readonly callId: string;
  readonly agentId: string;
  readonly until: number | null;
};
