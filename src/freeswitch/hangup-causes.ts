/** FreeSWITCH's hangup causes (switch_channel.c, CAUSE_CHART of 1.10.12) and what they mean to who asked for a call. */
import { CallplaneError, invalid, type ErrorCode } from "../errors.js";

/** Name → code of Q.850 (below 128), of SIP (487) or FreeSWITCH's own. */
export const HANGUP_CAUSES = {
  NONE: 0, UNALLOCATED_NUMBER: 1, NO_ROUTE_TRANSIT_NET: 2, NO_ROUTE_DESTINATION: 3, CHANNEL_UNACCEPTABLE: 6, CALL_AWARDED_DELIVERED: 7,
  NORMAL_CLEARING: 16, USER_BUSY: 17, NO_USER_RESPONSE: 18, NO_ANSWER: 19, SUBSCRIBER_ABSENT: 20, CALL_REJECTED: 21, NUMBER_CHANGED: 22,
  REDIRECTION_TO_NEW_DESTINATION: 23, EXCHANGE_ROUTING_ERROR: 25, DESTINATION_OUT_OF_ORDER: 27, INVALID_NUMBER_FORMAT: 28,
  FACILITY_REJECTED: 29, RESPONSE_TO_STATUS_ENQUIRY: 30, NORMAL_UNSPECIFIED: 31, NORMAL_CIRCUIT_CONGESTION: 34, NETWORK_OUT_OF_ORDER: 38,
  NORMAL_TEMPORARY_FAILURE: 41, SWITCH_CONGESTION: 42, ACCESS_INFO_DISCARDED: 43, REQUESTED_CHAN_UNAVAIL: 44, PRE_EMPTED: 45,
  FACILITY_NOT_SUBSCRIBED: 50, OUTGOING_CALL_BARRED: 52, INCOMING_CALL_BARRED: 54, BEARERCAPABILITY_NOTAUTH: 57, BEARERCAPABILITY_NOTAVAIL: 58,
  SERVICE_UNAVAILABLE: 63, BEARERCAPABILITY_NOTIMPL: 65, CHAN_NOT_IMPLEMENTED: 66, FACILITY_NOT_IMPLEMENTED: 69, SERVICE_NOT_IMPLEMENTED: 79,
  INVALID_CALL_REFERENCE: 81, INCOMPATIBLE_DESTINATION: 88, INVALID_MSG_UNSPECIFIED: 95, MANDATORY_IE_MISSING: 96, MESSAGE_TYPE_NONEXIST: 97,
  WRONG_MESSAGE: 98, IE_NONEXIST: 99, INVALID_IE_CONTENTS: 100, WRONG_CALL_STATE: 101, RECOVERY_ON_TIMER_EXPIRE: 102,
  MANDATORY_IE_LENGTH_ERROR: 103, PROTOCOL_ERROR: 111, INTERWORKING: 127, SUCCESS: 142, ORIGINATOR_CANCEL: 487, CRASH: 700,
  SYSTEM_SHUTDOWN: 701, LOSE_RACE: 702, MANAGER_REQUEST: 703, BLIND_TRANSFER: 800, ATTENDED_TRANSFER: 801, ALLOTTED_TIMEOUT: 802,
  USER_CHALLENGE: 803, MEDIA_TIMEOUT: 804, PICKED_OFF: 805, USER_NOT_REGISTERED: 806, PROGRESS_TIMEOUT: 807, INVALID_GATEWAY: 808,
  GATEWAY_DOWN: 809, INVALID_URL: 810, INVALID_PROFILE: 811, NO_PICKUP: 812, SRTP_READ_ERROR: 813, BOWOUT: 814, BUSY_EVERYWHERE: 815,
  DECLINE: 816, DOES_NOT_EXIST_ANYWHERE: 817, NOT_ACCEPTABLE: 818, UNWANTED: 819, NO_IDENTITY: 820, BAD_IDENTITY_INFO: 821,
  UNSUPPORTED_CERTIFICATE: 822, INVALID_IDENTITY: 823, STALE_DATE: 824, REJECT_ALL: 825,
} as const satisfies Record<string, number>;

export type HangupCause = keyof typeof HANGUP_CAUSES;

export const isHangupCause = (value: string): value is HangupCause => Object.hasOwn(HANGUP_CAUSES, value);

/** A cause by its name in FreeSWITCH's table. Throws InvalidParameter. */
export const hangupCause = (value: string, parameter = "cause"): HangupCause => {
  if (!isHangupCause(value)) throw invalid(parameter, "is not one of FreeSWITCH's hangup causes.");
  return value;
};

/** The catalogue's code for a call that ended, or never began, with this cause (CONTRACT: Errors). */
export const codeForCause = (cause: string): ErrorCode => {
  switch (cause) {
    case "USER_BUSY":
    case "BUSY_EVERYWHERE":
      return "USER_BUSY";
    // ALLOTTED_TIMEOUT and PROGRESS_TIMEOUT are how FreeSWITCH names its own limits on ringing.
    case "NO_ANSWER":
    case "NO_USER_RESPONSE":
    case "ALLOTTED_TIMEOUT":
    case "PROGRESS_TIMEOUT":
      return "NO_ANSWER";
    // REQUESTED_CHAN_UNAVAIL is how FreeSWITCH ends a leg whose redirect it may not follow (sofia.c, sofia_handle_sip_r_invite).
    case "CALL_REJECTED":
    case "DECLINE":
    case "REQUESTED_CHAN_UNAVAIL":
      return "CALL_REJECTED";
    case "USER_NOT_REGISTERED":
      return "USER_NOT_REGISTERED";
    case "SUBSCRIBER_ABSENT":
      return "NotFound";
    default:
      return "CALL_FAILED";
  }
};

/** Codes of a phone that nobody was reached at, such as a page's that was closed. */
const UNREACHED: ReadonlySet<ErrorCode> = new Set(["CALL_FAILED", "NotFound", "USER_NOT_REGISTERED"]);

/** Whether a phone, or who has it, has said with this cause why the call was not taken. */
export const saysOfPhone = (cause: string): boolean => !UNREACHED.has(codeForCause(cause));

/** The refusal to show for the cause of a leg that has ended; empty where FreeSWITCH did not tell it. `switchReply` carries FreeSWITCH's word. */
export const errorForCause = (cause: string): CallplaneError => {
  if (cause === "") return new CallplaneError("CALL_FAILED", "The leg has ended; FreeSWITCH did not say why.", { ofLeg: true });
  const code = codeForCause(cause);
  const message = code === "NotFound" ? "The target does not exist." : code === "CALL_FAILED" ? `FreeSWITCH could not complete the call: ${cause}.` : undefined;
  return new CallplaneError(code, message, { switchReply: `-ERR ${cause}`, ofLeg: true });
};
