/** The statuses that an agent had, newest first. */
import type { Agent, EventOf } from "../../api/types.js";

export interface StatusEntry {
  readonly status: Agent["status"];
  readonly reason: string | null;
  readonly since: string;
  readonly cause: string;
}

/** The stream's event as a line of the history; the same list when it has it already, or something later. */
export function withStatus(entries: readonly StatusEntry[], { agent, cause }: EventOf<"agent.status">["data"]): readonly StatusEntry[] {
  const [latest] = entries;
  if (latest !== undefined && (agent.since < latest.since || (latest.since === agent.since && latest.status === agent.status && latest.reason === agent.reason))) return entries;
  return [{ status: agent.status, reason: agent.reason, since: agent.since, cause }, ...entries];
}

export interface StatusSpan extends StatusEntry {
  readonly key: string;
  /** Null: it lasts. */
  readonly lengthMs: number | null;
}

/** Statuses of no length were corrected at once, and were nobody's status. */
export function spansOf(entries: readonly StatusEntry[]): readonly StatusSpan[] {
  return entries.flatMap((entry, index) => {
    const next = entries[index - 1];
    const lengthMs = next === undefined ? null : Date.parse(next.since) - Date.parse(entry.since);
    return lengthMs === 0 ? [] : [{ ...entry, key: `${entry.since}${entry.status}${entry.reason ?? ""}`, lengthMs }];
  });
}

/** Midnight of the day, where the person is. */
export function dayBegin(now: number): Date {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  return day;
}
