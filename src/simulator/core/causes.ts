import { type HangupCause, isHangupCause } from "../../freeswitch/index.js";

/** A cause by its name in any case; `fallback` when FreeSWITCH knows none of that name. */
export function hangupCauseOr(name: string, fallback: HangupCause): HangupCause {
  const upper = name.trim().toUpperCase();
  return isHangupCause(upper) && upper !== "NONE" ? upper : fallback;
}
