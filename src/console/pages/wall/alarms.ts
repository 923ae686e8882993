/** How a department does, and which one is the worst. */
import type { Queue } from "../../api/types.js";
import { LEVEL_RANK, type Level } from "../calls/limits.js";

export type Alarm = { readonly kind: "wait"; readonly limitS: number } | { readonly kind: "waiting"; readonly limit: number } | { readonly kind: "nobody" } | { readonly kind: "level" };

export interface DepartmentState {
  readonly queue: Queue;
  readonly level: Level;
  /** The gravest one. */
  readonly alarm: Alarm | null;
  /** Since when the longest waiting caller waits, in milliseconds; null: nobody waits. */
  readonly longestSince: number | null;
  readonly isLevelLow: boolean;
}

export function longestSince({ entries }: Pick<Queue, "entries">): number | null {
  let since = Infinity;
  for (const { queuedAt } of entries) since = Math.min(since, Date.parse(queuedAt));
  return since === Infinity ? null : since;
}

export function departmentState(queue: Queue, now: number): DepartmentState {
  const { alarms, figures, serviceLevelTarget, waiting } = queue;
  const since = longestSince(queue);
  const isLevelLow = figures.serviceLevel !== null && serviceLevelTarget !== null && figures.serviceLevel < serviceLevelTarget;
  const state = (level: Level, alarm: Alarm | null): DepartmentState => ({ queue, level, alarm, longestSince: since, isLevelLow });
  // Red is what somebody can mend now.
  const waitLimit = alarms?.longestWaitS ?? null;
  if (waitLimit !== null && since !== null && now - since >= waitLimit * 1000) return state("act", { kind: "wait", limitS: waitLimit });
  const countLimit = alarms?.waiting ?? null;
  if (countLimit !== null && waiting >= countLimit) return state("act", { kind: "waiting", limit: countLimit });
  if (waiting > 0 && figures.agents.free + figures.agents.busy === 0) return state("watch", { kind: "nobody" });
  return isLevelLow ? state("watch", { kind: "level" }) : state("calm", null);
}

/** Those without an alarm stand by name: cards that change places each second cannot be read. */
export function worstFirst(a: DepartmentState, b: DepartmentState): number {
  const byLevel = LEVEL_RANK[a.level] - LEVEL_RANK[b.level];
  if (byLevel !== 0) return byLevel;
  const byWait = a.level === "calm" ? 0 : (a.longestSince ?? Infinity) - (b.longestSince ?? Infinity);
  return (Number.isNaN(byWait) ? 0 : byWait) || a.queue.name.localeCompare(b.queue.name);
}
