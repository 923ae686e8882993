/** The end of a record: written once, and again when a leg is heard of later. */
import { outcomeOf } from "./outcome.js";
import { departmentOfMessage } from "../queues/index.js";
import { queueOutcomeOf, writeFigures } from "./figures.js";
import type { CallRecordWork } from "./ports.js";
import type { CallLegRecord, CallRecord, RefusedFigure, TimelineEntry } from "./types.js";

/** Gives whether the record has its end now; without it one of its legs is still open. `refused` as with `writeFigures`. */
export async function finishRecord(tx: CallRecordWork, callId: string, refused?: (figures: readonly RefusedFigure[]) => void): Promise<boolean> {
  const record = await tx.record(callId);
  if (record === undefined) return false;
  const timeline = await tx.timeline(callId);
  const before = timeline.filter(({ type }) => type !== "ended");
  const legs = await tx.legs(callId);
  const done = outcomeOf(record, legs, before);
  if (done === null) return false;
  const { endedAt } = done;
  if (endedAt === null) return false;
  await writeEnd(tx, { ...done, endedAt }, timeline, { lost: isLost(legs), refused });
  return true;
}

/** Whether the caller's end was that of FreeSWITCH. */
export const isLost = (legs: readonly CallLegRecord[]): boolean => legs.some(({ role, source }) => role === "customer" && source === "node_lost");

/** `lost`: the caller's end was that of FreeSWITCH; `refused` as with `writeFigures`. */
export interface EndOptions {
  readonly lost: boolean;
  readonly refused?: ((figures: readonly RefusedFigure[]) => void) | undefined;
}

/** Told as the first end when the timeline has none yet. */
export async function writeEnd(tx: CallRecordWork, record: CallRecord & { readonly endedAt: Date }, timeline: readonly TimelineEntry[], { lost, refused }: EndOptions): Promise<void> {
  const { id: callId, endedAt } = record;
  await tx.saveRecord({ ...record, queueOutcome: queueOutcomeOf(record, timeline, lost) ?? "none" });
  await tx.removeTimeline(callId, "ended");
  await tx.addTimeline({ callId, at: endedAt, type: "ended", agentId: null, detail: { cause: record.hangupCause, by: record.hungUpBy } });
  await finishRecordings(tx, record, endedAt);
  await writeFigures(tx, record, timeline, refused, lost);
  await tx.tellEnd(record, timeline.every(({ type }) => type !== "ended"));
}

/** What was recorded of a call ends with it at the latest; what a caller said to a department is a message then, whichever process has seen the end. */
async function finishRecordings(tx: CallRecordWork, { id: callId, from, fromName }: Pick<CallRecord, "id" | "from" | "fromName">, endedAt: Date): Promise<void> {
  for (const recording of await tx.recordings(callId)) {
    const leftAt = recording.endedAt ?? endedAt;
    if (recording.endedAt === null) await tx.saveRecording({ ...recording, endedAt });
    const { id, organizationId, startedAt, startedBy, removedAt } = recording;
    const department = departmentOfMessage(startedBy);
    if (department === null || organizationId === null || removedAt !== null) continue;
    const durationMs = Math.max(0, leftAt.getTime() - startedAt.getTime());
    await tx.leaveMessage({ id, organizationId, callId, department, from, fromName, leftAt, durationMs, heardAt: null, heardBy: null, closedAt: null, closedBy: null, note: null, version: 1 });
  }
}
