/** How a leg's end is worded for programs (https://www.twilio.com/docs/voice/api/call-resource#call-status-values). */
import type { LegChange } from "../calls/index.js";
import { isHangupCause, type HangupCause } from "../freeswitch/index.js";

export type CallStatus = "queued" | "initiated" | "ringing" | "in-progress" | EndStatus;
export type EndStatus = "completed" | "busy" | "no-answer" | "failed" | "canceled";

/**
 * What a hangup cause means for a leg that nobody has answered. Causes that are not named here are failures of the network or of a machine.
 * FreeSWITCH makes its causes of SIP statuses in sofia_glue_sip_cause_to_freeswitch (sofia_glue.c).
 */
const UNANSWERED: Readonly<Partial<Record<HangupCause, EndStatus>>> = {
  // 486, 600: the phone is in another call.
  USER_BUSY: "busy",
  BUSY_EVERYWHERE: "busy",
  // A person or a phone refuses: 603, 403, 608. To the caller's program the line is engaged.
  CALL_REJECTED: "busy",
  DECLINE: "busy",
  REJECT_ALL: "busy",
  UNWANTED: "busy",
  // Nobody came to the phone: our own limits of ringing, 408, 480, 487 after the time.
  NO_ANSWER: "no-answer",
  NO_USER_RESPONSE: "no-answer",
  ALLOTTED_TIMEOUT: "no-answer",
  PROGRESS_TIMEOUT: "no-answer",
  RECOVERY_ON_TIMER_EXPIRE: "no-answer",
  NO_PICKUP: "no-answer",
  // No phone of the user is there to ring.
  USER_NOT_REGISTERED: "no-answer",
  SUBSCRIBER_ABSENT: "no-answer",
  // Somebody has called it off: the caller before the answer, we ourselves, or another phone was faster.
  ORIGINATOR_CANCEL: "canceled",
  LOSE_RACE: "canceled",
  PICKED_OFF: "canceled",
  MANAGER_REQUEST: "canceled",
};

/** `answered`: somebody has talked or listened, so whatever ended it later, the call was completed. `NORMAL_CLEARING` without an answer: whoever began it gave up. */
export function statusOfEnd(cause: string, answered: boolean, direction: "inbound" | "outbound" = "outbound"): EndStatus {
  if (answered) return "completed";
  if (cause === "NORMAL_CLEARING") return direction === "inbound" ? "canceled" : "no-answer";
  return (isHangupCause(cause) ? UNANSWERED[cause] : undefined) ?? "failed";
}

/** Of `<Reject>`, whose causes are our own. */
export const REJECTIONS = { busy: "USER_BUSY", rejected: "CALL_REJECTED" } as const satisfies Record<string, HangupCause>;

/** The SIP status that a cause stands for, as programs are told it; null: none. */
export const SIP_RESPONSE: Readonly<Partial<Record<HangupCause, number>>> = {
  NORMAL_CLEARING: 200, USER_BUSY: 486, BUSY_EVERYWHERE: 600, NO_ANSWER: 480, NO_USER_RESPONSE: 408, CALL_REJECTED: 603, DECLINE: 603, ORIGINATOR_CANCEL: 487, LOSE_RACE: 487,
  UNALLOCATED_NUMBER: 404, NO_ROUTE_DESTINATION: 404, INVALID_NUMBER_FORMAT: 484, SUBSCRIBER_ABSENT: 480, USER_NOT_REGISTERED: 480, ALLOTTED_TIMEOUT: 480, PROGRESS_TIMEOUT: 480,
  NORMAL_TEMPORARY_FAILURE: 503, SERVICE_UNAVAILABLE: 503, INCOMPATIBLE_DESTINATION: 488, RECOVERY_ON_TIMER_EXPIRE: 408, OUTGOING_CALL_BARRED: 403, GATEWAY_DOWN: 503, EXCHANGE_ROUTING_ERROR: 483,
};

export const sipResponseOf = (cause: string): string => String((isHangupCause(cause) ? SIP_RESPONSE[cause] : undefined) ?? "");

/** The status of a live leg. */
export const statusOfLeg = (leg: Pick<LegChange["leg"], "answered" | "hungUp" | "hangupCause" | "columns">): CallStatus => {
  if (leg.hungUp) return statusOfEnd(leg.hangupCause, leg.answered, leg.columns.direction === "inbound" ? "inbound" : "outbound");
  return leg.answered ? "in-progress" : "ringing";
};

export const isEnd = (status: CallStatus): status is EndStatus => !["queued", "initiated", "ringing", "in-progress"].includes(status);
