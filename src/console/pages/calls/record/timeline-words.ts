/** What happened in a call, one sentence each. What this page does not know is shown by the server's own word. */
import type { TimelineEntry } from "./lanes.js";
import type { TimelineText } from "../../../messages/timeline.en.js";

export function timelineText({ type, agent, detail }: TimelineEntry, words: TimelineText, nameOf: (id: string) => string): string {
  const who = agent === null ? "" : nameOf(agent);
  const text = (name: string): string => {
    const value = detail[name];
    return value === undefined || value === null ? "" : String(value);
  };
  const target = text("to") === "" ? "" : text("type") === "client" ? nameOf(text("to")) : text("to");
  const known: Readonly<Record<string, () => string>> = {
    queued: () => words.queued(text("department")),
    ringing: () => words.ringing(who),
    missed: () => words.missed(who, text("code")),
    "offer-failed": () => words.offerFailed(who, text("code")),
    "offer-withdrawn": () => words.offerWithdrawn(who),
    answered: () => words.answered(who),
    resumed: () => words.resumed(who),
    held: () => words.held(who),
    parked: () => words.parked(who),
    scripted: () => words.scripted,
    transferred: () => words.transferred(who, target),
    "transfer-failed": () => words.transferFailed(target, text("code")),
    consulted: () => words.consulted(who, target),
    "consult-failed": () => words.consultFailed(target, text("code")),
    "consult-canceled": () => words.consultCanceled(who),
    "consult-swapped": () => words.swapped(who),
    conferenced: () => words.conferenced(text("add") === "" ? target : nameOf(text("add"))),
    joined: () => words.joined,
    recorded: () => words.recorded(text("action")),
    moved: () => words.moved(text("department")),
    muted: () => words.muted(who),
    unmuted: () => words.unmuted(who),
    "help-asked": () => words.help(text("reason")),
    "help-withdrawn": () => words.helpWithdrawn(who),
    "hung-up": () => words.hungUp(text("by")),
    overflowed: () => words.overflowed(target),
    supervised: () => words.supervised(who, text("mode"), text("what")),
    ended: () => words.ended(text("by")),
  };
  return known[type]?.() ?? [type, who, target].filter((part) => part !== "").join(" · ");
}
