/**
 * What the end of a leg means: the one table from FreeSWITCH's hangup causes to the statuses of a call
 * (https://www.twilio.com/docs/voice/api/call-resource#call-status-values).
 */
import { isHangupCause, type HangupCause } from "./hangup-causes.js";

export type UnansweredStatus = "busy" | "no-answer" | "canceled" | "failed";
export type LegDirection = "inbound" | "outbound";

type Causes = Readonly<Partial<Record<HangupCause, Exclude<UnansweredStatus, "failed"> | undefined>>>;

/**
 * Of a leg that nobody has answered. Causes that are not named here are failures of the network or of a machine.
 * FreeSWITCH makes its causes of SIP statuses in sofia_glue_sip_cause_to_freeswitch (sofia_glue.c).
 */
const UNANSWERED: Causes = {
  // 486, 600: the phone is in another call.
  USER_BUSY: "busy",
  BUSY_EVERYWHERE: "busy",
  // A person or a phone refuses: 603, 403, 608. To whoever called, the line is engaged.
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
  // The far end has hung up while it rang, without a reason of its own.
  NORMAL_CLEARING: "no-answer",
  // No phone of the user is there to ring.
  USER_NOT_REGISTERED: "no-answer",
  SUBSCRIBER_ABSENT: "no-answer",
  // Somebody has called it off: the caller before the answer, we ourselves, or another phone was faster.
  ORIGINATOR_CANCEL: "canceled",
  LOSE_RACE: "canceled",
  PICKED_OFF: "canceled",
  MANAGER_REQUEST: "canceled",
};

/** Where a leg that called us differs: its far end is the caller, and a refusal is ours. */
const UNANSWERED_CALLER: Causes = {
  ...UNANSWERED,
  // The caller gave up.
  NORMAL_CLEARING: "canceled",
  // `REFUSALS.rejected`: nobody here takes the call.
  DECLINE: "no-answer",
  // A caller who may not call what was dialled: that failed, and nobody was busy.
  CALL_REJECTED: undefined,
};

const TABLES = { inbound: UNANSWERED_CALLER, outbound: UNANSWERED } as const;

/** The status with which a leg ends that nobody has answered. `inbound`: it called us. */
export const unansweredStatus = (cause: string, direction: LegDirection = "outbound"): UnansweredStatus => (isHangupCause(cause) ? TABLES[direction][cause] : undefined) ?? "failed";

/** The causes behind a status of `unansweredStatus`. Of `failed` these are none: it is what no other status has. */
export const causesOfUnanswered = (status: UnansweredStatus, direction: LegDirection): readonly string[] => Object.entries(TABLES[direction]).flatMap(([cause, of]) => (of === status ? [cause] : []));

/** The SIP status that a cause stands for, the way back of sofia_glue_sip_cause_to_freeswitch. */
const SIP_STATUS: Readonly<Partial<Record<HangupCause, number>>> = {
  NORMAL_CLEARING: 200, USER_BUSY: 486, BUSY_EVERYWHERE: 600, NO_ANSWER: 480, NO_USER_RESPONSE: 408, CALL_REJECTED: 603, DECLINE: 603, ORIGINATOR_CANCEL: 487, LOSE_RACE: 487,
  UNALLOCATED_NUMBER: 404, NO_ROUTE_DESTINATION: 404, INVALID_NUMBER_FORMAT: 484, SUBSCRIBER_ABSENT: 480, USER_NOT_REGISTERED: 480, ALLOTTED_TIMEOUT: 480, PROGRESS_TIMEOUT: 480,
  NORMAL_TEMPORARY_FAILURE: 503, SERVICE_UNAVAILABLE: 503, INCOMPATIBLE_DESTINATION: 488, RECOVERY_ON_TIMER_EXPIRE: 408, OUTGOING_CALL_BARRED: 403, GATEWAY_DOWN: 503, EXCHANGE_ROUTING_ERROR: 483,
};

/** Null: none. */
export const sipStatusOfCause = (cause: string): number | null => (isHangupCause(cause) ? SIP_STATUS[cause] : undefined) ?? null;

/** With which a program refuses a caller before the answer: 486 and 603 (hangup_cause_to_sip, mod_sofia.c). */
export const REFUSALS = { busy: "USER_BUSY", rejected: "DECLINE" } as const satisfies Record<string, HangupCause>;
