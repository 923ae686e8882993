/** The end of a record: written once, and again when a leg is heard of later. */
import { outcomeOf } from "./outcome.js";
import { writeFigures } from "./figures.js";
import type { CallRecordWork } from "./ports.js";
import type { RefusedFigure } from "./types.js";

/** Gives whether the record has its end now; without it one of its legs is still open. `refused` as with `writeFigures`. */
export async function finishRecord(tx: CallRecordWork, callId: string, refused?: (figures: readonly RefusedFigure[]) => void): Promise<boolean> {
  const record = await tx.record(callId);
  if (record === undefined) return false;
  const timeline = await tx.timeline(callId);
  const before = timeline.filter(({ type }) => type !== "ended");
  const done = outcomeOf(record, await tx.legs(callId), before);
  if (done === null) return false;
  await tx.saveRecord(done);
  const { endedAt } = done;
  if (endedAt === null) return false;
  await tx.removeTimeline(callId, "ended");
  await tx.addTimeline({ callId, at: endedAt, type: "ended", agentId: null, detail: { cause: done.hangupCause, by: done.hungUpBy } });
  for (const recording of await tx.recordings(callId)) {
    if (recording.endedAt === null) await tx.saveRecording({ ...recording, endedAt });
  }
  await writeFigures(tx, done, timeline, refused);
  await tx.tellEnd(done, before.length === timeline.length);
  return true;
}
