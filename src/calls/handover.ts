/** How a call has left the agent who had it, for who is told that it is gone. */
import type { Target } from "./types.js";

/** `joined`: the far ends of two calls talk to each other. */
export type HandoverWay = "transferred" | "pickedUp" | "moved" | "joined";

/** The newest one of a call. */
export interface Handover {
  readonly how: HandoverWay;
  /** The agent who had the call until then; null: nobody. */
  readonly from: string | null;
  /** Who has it since; null: nobody of the organization's. */
  readonly to: Target | null;
}

/** A phone as the target of a handover. */
export const phoneTarget = ({ agentId, number }: { readonly agentId: string | null; readonly number: string }): Target => (agentId === null ? { type: "phonenumber", to: number } : { type: "client", to: agentId });
