/** The end of a record: written once, and again when a leg is heard of later. */
import { outcomeOf } from "./outcome.js";
import type { CallRecordWork } from "./ports.js";

/** Gives whether the record has its end now; without it one of its legs is still open. */
export function finishRecord(tx: CallRecordWork, callId: string): boolean {
  const record = tx.record(callId);
  if (record === undefined) return false;
  const timeline = tx.timeline(callId);
  const done = outcomeOf(record, tx.legs(callId), timeline.filter(({ type }) => type !== "ended"));
  if (done === null) return false;
  tx.saveRecord(done);
  const { endedAt } = done;
  if (endedAt === null) return false;
  tx.removeTimeline(callId, "ended");
  tx.addTimeline({ callId, at: endedAt, type: "ended", agentId: null, detail: { cause: done.hangupCause, by: done.hungUpBy } });
  for (const recording of tx.recordings(callId)) {
    if (recording.endedAt === null) tx.saveRecording({ ...recording, endedAt });
  }
  return true;
}
