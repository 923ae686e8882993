/** What a far end's session description says of who hears whom. */

/** The variable with what the far end of a leg offered or answered last (switch_types.h, SWITCH_R_SDP_VARIABLE). */
export const REMOTE_SDP = "switch_r_sdp";

/** Without one of these it holds nobody. */
export const HOLD_WORDS = ["sendonly", "inactive", "0.0.0.0"] as const;
const LISTENS_TO_NOBODY = /^(?:a=(?:sendonly|inactive)|c=IN IP4 0\.0\.0\.0)\s*$/m;

/** Whether the far end that sent it wants to hear nobody: it holds. */
export const listensToNobody = (sdp: string): boolean => LISTENS_TO_NOBODY.test(sdp);
