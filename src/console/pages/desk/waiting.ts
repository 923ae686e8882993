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

/** The one who waits longest first, without those who ring at the agent: they are among the own calls (`isOwn`). */
export function waitingCallers(queues: Iterable<Queue>, departments: readonly string[], isOwn: (callId: string) => boolean): readonly WaitingCaller[] {
  const callers: WaitingCaller[] = [];
  for (const { name, serviceLevelS, alarms, entries } of queues) {
    if (!seesDepartment(departments, name)) continue;
    for (const { callId, fromText, fromName, queuedAt, position } of entries) {
      if (isOwn(callId)) continue;
      const since = Date.parse(queuedAt);
      const after = (seconds: number | null): number => (seconds === null ? Infinity : since + seconds * 1000);
      callers.push({ callId, name: fromName ?? fromText, department: name, position, since, watchAt: after(serviceLevelS), alarmAt: after(alarms?.longestWaitS ?? null) });
    }
  }
  return callers.sort((a, b) => a.since - b.since);
}

export type Lateness = "fine" | "watch" | "alarm";

export const latenessOf = ({ watchAt, alarmAt }: WaitingCaller, now: number): Lateness => (now >= alarmAt ? "alarm" : now >= watchAt ? "watch" : "fine");

/** The departments of those who are not shown, in alphabetical order. */
export const departmentsOf = (callers: readonly WaitingCaller[]): readonly string[] => [...new Set(callers.map(({ department }) => department))].sort();
