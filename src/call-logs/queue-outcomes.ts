/** How callers left their queues, of records that do not say it: those of live calls, and those that were written before it was kept. */
import { queueOutcomeOf } from "./figures.js";
import type { CallRecordStore } from "./ports.js";
import type { CallRecord, TimelineEntry } from "./types.js";

/** Timelines that are looked at in one read. */
const AT_ONCE = 200;

export const toldOf = (record: CallRecord, timeline: readonly TimelineEntry[]): CallRecord => (record.queueOutcome === null ? { ...record, queueOutcome: queueOutcomeOf(record, timeline) ?? "none" } : record);

/** The records with what their timelines tell. Nothing is written. */
export async function withQueueOutcomes(store: Pick<CallRecordStore, "read">, records: readonly CallRecord[]): Promise<readonly CallRecord[]> {
  // Bounded by the records that are given.
  const told: CallRecord[] = [];
  for (let at = 0; at < records.length; at += AT_ONCE) {
    const some = records.slice(at, at + AT_ONCE);
    // Who has waited in no department has left none.
    if (some.every(({ queueOutcome, department }) => queueOutcome !== null || department === null)) told.push(...some);
    else await store.read(async (view) => { for (const record of some) told.push(record.department === null || record.queueOutcome !== null ? record : toldOf(record, await view.timeline(record.id))); });
  }
  return told;
}
