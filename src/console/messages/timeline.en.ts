const by = (who: string): string => (who === "" ? "" : ` by ${who}`);
const to = (target: string): string => (target === "" ? "" : ` to ${target}`);

/** What happened in a call. `who` and `target` may be empty: not known. */
export const timelineEn = {
  queued: (department: string) => (department === "" ? "Waits" : `Waits in ${department}`),
  ringing: (who: string) => `Rings ${who}`,
  missed: (who: string, code: string) => `${who === "" ? "Missed" : `${who} misses it`}${code === "" ? "" : ` (${code})`}`,
  offerFailed: (who: string, code: string) => `Could not be offered${to(who)}${code === "" ? "" : ` (${code})`}`,
  offerWithdrawn: (who: string) => `Offer${to(who)} withdrawn`,
  answered: (who: string) => (who === "" ? "Answered" : `${who} answers`),
  resumed: (who: string) => `Resumed${by(who)}`,
  held: (who: string) => `Put on hold${by(who)}`,
  parked: (who: string) => `Parked${by(who)}`,
  scripted: "In a menu",
  transferred: (who: string, target: string) => `Transferred${to(target)}${by(who)}`,
  transferFailed: (target: string, code: string) => `Transfer${to(target)} failed (${code})`,
  consulted: (who: string, target: string) => `Consultation${target === "" ? "" : ` with ${target}`} begun${by(who)}`,
  consultFailed: (target: string, code: string) => `Consultation${target === "" ? "" : ` with ${target}`} failed (${code})`,
  consultCanceled: (who: string) => `Consultation ended${by(who)}`,
  swapped: (who: string) => `Swapped between caller and consultation${by(who)}`,
  conferenced: (target: string) => (target === "" ? "Made a conference" : `${target} added to the call`),
  joined: "Joined with another call",
  recorded: (action: string) => ({ started: "Recording started", stopped: "Recording stopped", pause: "Recording paused", resume: "Recording goes on" })[action] ?? `Recording: ${action}`,
  moved: (department: string) => (department === "" ? "Priority changed" : `Moved to ${department}`),
  muted: (who: string) => `Muted${by(who)}`,
  unmuted: (who: string) => `Unmuted${by(who)}`,
  help: (reason: string) => (reason === "" ? "Help asked for" : `Help asked for: ${reason}`),
  helpWithdrawn: (who: string) => (who === "" ? "Help no longer needed" : `${who} needs no help any more`),
  hungUp: (who: string) => `Hung up${by(who)}`,
  overflowed: (target: string) => `Sent on${to(target)}`,
  supervised: (who: string, mode: string, what: string) => `${who}: ${({ listen: "listening", whisper: "whispering", barge: "barging" })[mode] ?? mode}${what === "ended" ? " ended" : what === "started" ? " begun" : ""}`,
  ended: (who: string) => ({ customer: "Ended by the caller", agent: "Ended by the agent", system: "Ended by the system" })[who] ?? "Ended",
};
export type TimelineText = typeof timelineEn;
