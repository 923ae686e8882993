/** How the call log is asked and told, apart from its pages. */
import type { components } from "../../api/openapi.js";
import type { CallLog, CallLogDetail, Me } from "../../api/types.js";
import { durationText } from "../../clock.js";
import { given, momentOf, oneOf, only, type ListState } from "../../lists/list-state.js";
import type { Log } from "../../messages/log.en.js";

export const DIRECTIONS = ["inbound", "outbound", "internal"] as const;
export const STATUSES = ["queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "canceled", "failed"] as const;
export const SORTS = ["startedAt", "talkMs", "waitMs"] as const;

/** The filters, for the list and for the file alike. */
export const logFilters = (state: ListState) => ({
  ...given(state, "q", "number", "agent", "department", "disposition"),
  ...only({ direction: oneOf(DIRECTIONS, state.filters["direction"]), status: oneOf(STATUSES, state.filters["status"]), from: momentOf(state.filters["from"]), to: momentOf(state.filters["to"]) }),
});

export type Status = components["schemas"]["CallLog"]["status"];
/** Red is for what somebody can mend: a caller who gave up is no longer one. */
export const isOver = (status: Status): boolean => !["queued", "initiated", "ringing", "in-progress"].includes(status);

/** `type`: a newer server may know more words. */
export type TimelineEntry = Omit<CallLogDetail["timeline"][number], "type"> & { readonly type: string };

/** By name, where one is known. */
export const fromText = ({ from, fromName, fromText: number }: Pick<CallLog, "from" | "fromName" | "fromText">): string => (fromName === null || fromName === from ? number : `${fromName} · ${number}`);

const QUEUE = "queue:";
/** A department by its name alone: the address of its queue is for programs. */
export const toText = ({ to, toText: number }: Pick<CallLog, "to" | "toText">): string => (to.startsWith(QUEUE) ? to.slice(QUEUE.length) : number);

/** Ids that lead nowhere on the page. */
const HIDDEN: ReadonlySet<string> = new Set(["recording", "leg", "stream"]);

const isParty = (value: unknown): value is keyof Log["by"] => value === "customer" || value === "agent" || value === "system";

const isAction = (value: unknown): value is keyof Log["action"] => value === "started" || value === "stopped" || value === "pause" || value === "resume";

/** "Missed · rang 0:20 · reason NO_ANSWER". Unknown words of a newer server are shown as they are. */
export function entryText({ type, agent, detail }: TimelineEntry, words: Pick<Log, "entry" | "detail" | "by" | "action">, nameOf: (agent: string) => string): string {
  const parts = Object.entries(detail)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== null && value !== "")
    .map(([name, value]) => {
      const label = words.detail[name] ?? name;
      if (name === "rangMs") return `${label} ${durationText(Number(value))}`;
      if (name === "by" && isParty(value)) return `${label} ${words.by[value]}`;
      if (name === "action" && isAction(value)) return words.action[value];
      return value === true || value === "true" ? label : `${label} ${String(value)}`;
    });
  return [words.entry[type] ?? type, ...(agent === null ? [] : [nameOf(agent)]), ...parts].join(" · ");
}

/** How long after the call's beginning. */
export const offsetText = (startedAt: string, at: string): string => durationText(Date.parse(at) - Date.parse(startedAt));

/** The outcomes that may be chosen: those of the department, else of all. */
export function dispositionsOf(settings: Me["settings"], department: string | null): readonly string[] {
  const all: Readonly<Record<string, readonly string[]>> = settings?.dispositions ?? {};
  const own = department === null ? undefined : all[department];
  return own ?? [...new Set(Object.values(all).flat())].sort((one, other) => one.localeCompare(other));
}
