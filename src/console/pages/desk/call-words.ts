/** The word for what a call is at this desk. */
import type { Messages } from "../../messages/index.js";
import { CLOCK } from "../../ui/moments.js";
import type { Situation } from "./situation.js";

export function situationWord(t: Messages, situation: Situation): string {
  switch (situation) {
    case "talking":
      return t.common.callState.active;
    case "waiting":
      return t.common.callState.queued;
    case "consulting":
    case "consultSwapped":
      return t.common.callState.consulting;
    case "ringing":
    case "held":
    case "parked":
    case "conference":
    case "scripted":
      return t.common.callState[situation];
    default:
      return t.desk.state[situation];
  }
}

/** In the person's zone. */
export const clockText = (locale: string, at: number): string => new Intl.DateTimeFormat(locale, CLOCK).format(at);

/** The time of a call today, the day of an earlier one. */
export function dayText(locale: string, at: number, midnight: number): string {
  if (at >= midnight) return clockText(locale, at);
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" }).format(at);
}
