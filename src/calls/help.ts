/** An agent's request for help with a call. */
import type { Call } from "./call.js";
import type { ChannelState } from "./channel-state.js";
import type { Registry } from "./registry.js";

export interface Help {
  /** The agent who needs it; null: not known. */
  readonly by: string | null;
  readonly reason: string | null;
  readonly since: Date;
  /** A supervisor has come. Agents who may not know of supervision are shown the request as before. */
  readonly isAnswered: boolean;
}

/** As a list shows it. */
export interface HelpView {
  readonly by: string | null;
  readonly reason: string | null;
  readonly since: string; // ISO 8601
}

/** Null: nobody asks for help, or a supervisor has come since, as far as the viewer may know. */
export function shownHelp({ ended, help, supervisorLegs }: Pick<Call, "ended" | "help" | "supervisorLegs">, withSupervision: boolean): HelpView | null {
  if (ended || help === null) return null;
  const { by, reason, since, isAnswered } = help;
  // The supervisor who has just answered is shown with the same event.
  const isSupervised = isAnswered || supervisorLegs.some(({ answered, supervision }) => answered && supervision !== null && supervision.since >= since);
  return withSupervision && isSupervised ? null : { by, reason, since: since.toISOString() };
}

/** A supervisor has come, or says something: whoever asked for help has it. */
export function answerHelp(registry: Pick<Registry, "annotate">, call: Call): void {
  if (call.help !== null && !call.help.isAnswered) registry.annotate(call, { help: "answered" });
}

/** For the legs of the call. */
export const helpToKeep = (help: Help | null): ChannelState["O"] =>
  help === null ? undefined : { t: help.since.getTime(), ...(help.by === null ? {} : { a: help.by }), ...(help.reason === null ? {} : { r: help.reason }), ...(help.isAnswered ? { d: 1 } : {}) };

/** As the legs of the call tell of it after a restart. */
export const helpKept = (kept: ChannelState["O"]): Help | null => (kept === undefined ? null : { by: kept.a ?? null, reason: kept.r ?? null, since: new Date(kept.t), isAnswered: kept.d === 1 });
