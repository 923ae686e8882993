/** The word for what a call is at this desk. */
import type { Messages } from "../../messages/index.js";
import { CLOCK } from "../../ui/moments.js";
import { asWritten } from "../../ui/code-words.js";
import type { Situation } from "./situation.js";
import type { Next } from "./status.js";

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

/** What follows a call, or the time after it. */
export function nextWords({ next }: Messages["desk"]["status"], { status, reason }: Pick<Next, "status" | "reason">): string {
  if (status === "away") return next.away(reason === null ? null : asWritten(reason));
  return status === "offline" ? next.offline : next.free;
}

/** In the person's zone. */
export const clockText = (locale: string, at: number): string => new Intl.DateTimeFormat(locale, CLOCK).format(at);

/** The time of a call today, the day of an earlier one. */
export function dayText(locale: string, at: number, midnight: number): string {
  if (at >= midnight) return clockText(locale, at);
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" }).format(at);
}
