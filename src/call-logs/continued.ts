/** Fits the entries of a call that this process finds to the timeline that an earlier one has written. */
import { PHASE_OF, phaseOf } from "./outcome.js";
import type { TimelineEntry } from "./types.js";
import type { Item } from "./unwritten.js";

/** Drops entries that the timeline has already: the conversation goes on, the phone goes on ringing. */
export function continued(items: readonly Item[], timeline: readonly TimelineEntry[]): readonly Item[] {
  if (timeline.length === 0) return items;
  let first = true;
  return items.flatMap((item): readonly Item[] => {
    if (item.kind !== "entry") return [item];
    const { entry } = item;
    if (entry.type === "ringing") return stillRings(entry, timeline) ? [] : [item];
    const phase = PHASE_OF[entry.type];
    if (phase === undefined) return [item];
    // FreeSWITCH may say of a found caller that the leg is parked before it says for which department: then `queued` is not the first entry.
    if (entry.type === "queued" && timeline.some(({ type, at }) => type === entry.type && at.getTime() === entry.at.getTime())) return [];
    if (!first) return [item];
    first = false;
    const before = phaseOf(timeline);
    if (phase === before) return [];
    const agentId = timeline.filter(({ type }) => PHASE_OF[type] !== undefined).at(-1)?.agentId ?? null;
    const again = before === "holding" && entry.type === "answered" && (entry.agentId === null || entry.agentId === agentId);
    return again ? [{ kind: "entry", entry: { ...entry, type: "resumed" } }] : [item];
  });
}

function stillRings({ agentId }: TimelineEntry, timeline: readonly TimelineEntry[]): boolean {
  return timeline.filter((entry) => entry.agentId === agentId).at(-1)?.type === "ringing";
}
