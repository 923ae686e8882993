/** Callers who wait in the agent's departments. */
import type { Queue } from "../../api/types.js";

export interface WaitingCaller {
  readonly callId: string;
  readonly name: string;
  readonly department: string;
  readonly position: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** From then on it is late: past the service level, and past the department's alarm. */
  readonly watchAt: number;
  readonly alarmAt: number;
}

export const seesDepartment = (departments: readonly string[], name: string): boolean => departments.includes("*") || departments.includes(name);

/** In the order in which they are served, as everywhere: the most urgent first, then who waits longest. Without those who ring at the agent: they are among the own calls (`isOwn`). */
export function waitingCallers(queues: Iterable<Queue>, departments: readonly string[], isOwn: (callId: string) => boolean): readonly WaitingCaller[] {
  const callers: (WaitingCaller & { readonly priority: number })[] = [];
  for (const { name, serviceLevelS, alarms, entries } of queues) {
    if (!seesDepartment(departments, name)) continue;
    for (const { callId, fromText, fromName, queuedAt, position, priority } of entries) {
      if (isOwn(callId)) continue;
      const since = Date.parse(queuedAt);
      const after = (seconds: number | null): number => (seconds === null ? Infinity : since + seconds * 1000);
      callers.push({ callId, name: fromName ?? fromText, department: name, position, priority, since, watchAt: after(serviceLevelS), alarmAt: after(alarms?.longestWaitS ?? null) });
    }
  }
  return callers.sort((a, b) => b.priority - a.priority || a.since - b.since || (a.callId < b.callId ? -1 : 1));
}

/** Null: nobody waits. */
export const longestOf = (callers: readonly WaitingCaller[]): WaitingCaller | null => callers.reduce<WaitingCaller | null>((longest, each) => (longest === null || each.since < longest.since ? each : longest), null);

export type Lateness = "fine" | "watch" | "alarm";

export const latenessOf = ({ watchAt, alarmAt }: WaitingCaller, now: number): Lateness => (now >= alarmAt ? "alarm" : now >= watchAt ? "watch" : "fine");

/** The departments of those who are not shown, in alphabetical order. */
export const departmentsOf = (callers: readonly WaitingCaller[]): readonly string[] => [...new Set(callers.map(({ department }) => department))].sort();
