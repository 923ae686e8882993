/** How a leg's end is worded for programs (https://www.twilio.com/docs/voice/api/call-resource#call-status-values). */
import type { LegChange } from "../calls/index.js";
import { sipStatusOfCause, unansweredStatus, type LegDirection, type UnansweredStatus } from "../freeswitch/index.js";

export type CallStatus = "queued" | "initiated" | "ringing" | "in-progress" | EndStatus;
export type EndStatus = "completed" | UnansweredStatus;

/** `answered`: somebody has talked or listened, so whatever ended it later, the call was completed. `inbound`: the leg called us. */
export const statusOfEnd = (cause: string, answered: boolean, direction: LegDirection = "outbound"): EndStatus => (answered ? "completed" : unansweredStatus(cause, direction));

/** The SIP status that a cause stands for, as programs are told it; empty: none. */
export const sipResponseOf = (cause: string): string => String(sipStatusOfCause(cause) ?? "");

/** The status of a live leg. */
export const statusOfLeg = (leg: Pick<LegChange["leg"], "answered" | "hungUp" | "hangupCause" | "columns">): CallStatus => {
  if (leg.hungUp) return statusOfEnd(leg.hangupCause, leg.answered, leg.columns.direction === "inbound" ? "inbound" : "outbound");
  return leg.answered ? "in-progress" : "ringing";
};

export const isEnd = (status: CallStatus): status is EndStatus => !["queued", "initiated", "ringing", "in-progress"].includes(status);
