/** Which calls the page answers by itself: those whose INVITE asks for it, and those that a person has just asked for in this very page. */
import type { Call, CallLeg } from "../api/types.js";

/** What the page has asked the API for, and what makes the own phone ring. */
export interface Asked {
  readonly what: "call" | "pickup" | "supervise";
  /** Null for a call that does not exist yet. */
  readonly callId: string | null;
}

/** Milliseconds after which the INVITE asks to be answered; null: it does not ask. */
export function answerAfterMs(header: (name: string) => string | null): number | null {
  const after = /(?:^|[;\s])answer-after\s*=\s*"?(\d{1,2})/i.exec(header("Call-Info") ?? "");
  if (after !== null) return Number(after[1]) * 1000;
  if (/auto[ _-]?answer|ring[ _-]?answer|intercom/i.test(header("Alert-Info") ?? "")) return 0;
  return /^\s*auto\b/i.test(header("Answer-Mode") ?? "") ? 0 : null;
}

/** Whether this leg is what was asked for. `agent`: whose page it is. */
export function isAskedFor({ what, callId }: Asked, call: Call, leg: CallLeg, agent: string): boolean {
  if (leg.agent !== agent) return false;
  // A call that is dialled has the name of its first leg, which is the agent's.
  if (what === "call") return call.direction !== "inbound" && leg.id === call.id;
  const isThatCall = call.id === callId || call.legs.some(({ id }) => id === callId);
  return isThatCall && leg.role === (what === "supervise" ? "supervisor" : "agent");
}

/** What a request makes the own phone ring for; null: nothing. */
export function askedBy(method: string, path: string, callId: string | null): Asked | null {
  if (method !== "POST") return null;
  if (path === "/voicechannel/calls") return { what: "call", callId: null };
  if (path === "/voicechannel/calls/{id}:pickup") return { what: "pickup", callId };
  return path === "/voicechannel/calls/{id}:supervise" ? { what: "supervise", callId } : null;
}

/** Whether the microphone is on in a call. A supervisor who only listens is heard by nobody, whatever the switch does; what the page does not know yet is taken for listening where nobody has pressed a button. */
export function isHeard(known: { readonly call: Call; readonly leg: CallLeg } | null, { agent, byItself, asked }: { readonly agent: string; readonly byItself: boolean; readonly asked: Asked | null }): boolean {
  if (known === null) return !byItself || (asked !== null && asked.what !== "supervise");
  if (known.leg.role !== "supervisor") return true;
  const own = known.call.supervision.find((each) => each.agent === agent);
  return own !== undefined && own.mode !== "listen" && !own.muted;
}
