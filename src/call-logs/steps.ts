/** The rows of one call's part of a write, each with what writes it. */
import { isDeepStrictEqual } from "node:util";
import { continued } from "./continued.js";
import { hungUpBy } from "../calls/index.js";
import type { CallRecordWork } from "./ports.js";
import { finishRecord, isLost } from "./finish-record.js";
import { SWITCH } from "./starters.js";
import { isCounted, writeFigures } from "./figures.js";
import type { RecordingRecord } from "./recording.js";
import type { RefusedFigure, TimelineEntry } from "./types.js";
import type { Item, UnwrittenCall } from "./unwritten.js";

export interface Step {
  /** What it writes. */
  readonly name: string;
  /** The row, for the quarantine when the database refuses it. */
  readonly content: unknown;
  readonly item: Item | null;
  /** It follows from what is written besides, and may be written later. */
  readonly canWait: boolean;
  run(tx: CallRecordWork): Promise<unknown>;
}

/** In the order in which they are to be taken. `mayBeThere`: an earlier write, or another process, may have written the item; `refused` as with `writeFigures`. */
export async function stepsOf(tx: CallRecordWork, { id, seen, items, isCountDue }: UnwrittenCall, mayBeThere: (item: Item) => boolean, refused: (figures: readonly RefusedFigure[]) => void): Promise<readonly Step[]> {
  // Both are read first: the live call may change while a read is awaited.
  const before = seen === null ? undefined : await tx.record(id);
  const fresh = seen === null || seen.live.known ? items : continued(items, await tx.timeline(id));
  // Bounded by the part.
  const steps: Step[] = [];
  const add = (name: string, content: unknown, run: Step["run"], item: Item | null = null, canWait = false): void => void steps.push({ name, content, item, canWait, run });
  for (const item of items) if (item.kind === "joined") add("joined call", item.from, (tx) => tx.moveCall(item.from, id), item);
  if (seen !== null) {
    const { call, live } = seen;
    const record = live.record(call, before, live.ended ? hungUpBy(live.legs.values(), live.endedByRequest) : null);
    // Most changes of a live call, a hold among them, change nothing in its record.
    if (isDeepStrictEqual(record, before)) live.storedRecord = record;
    else {
      add("record", record, async (tx) => {
        await tx.saveRecord(record);
        live.storedRecord = record;
      });
    }
    for (const [wanted, text] of live.changedLegs()) add(`leg ${wanted.channelUuid}`, wanted, (tx) => live.writeLeg(tx, wanted, text));
  }
  for (const item of fresh) {
    if (item.kind === "entry") add(item.entry.type, item.entry, (tx) => writeEntry(tx, { ...item.entry, callId: id }, mayBeThere(item)), item);
    else if (item.kind === "recording") add("recording", item.recording, (tx) => writeRecording(tx, { ...item.recording, callId: id }, mayBeThere(item)), item);
    else if (item.kind === "starter") add("recording's start", item, (tx) => writeStarter(tx, item.recording, item.who), item);
  }
  if (seen?.live.ended === true) {
    add("end", null, async (tx) => (await finishRecord(tx, id, refused)) || count(tx, id, refused));
    return steps;
  }
  // The figures of a call that was joined to this one went with its record.
  const isJoined = fresh.some(({ kind }) => kind === "joined");
  // A process that was killed may have left its last entries uncounted.
  const isUncounted = isCountDue || seen?.live.known === false || fresh.some((item) => item.kind === "entry" && isCounted(item.entry));
  if (isJoined || isUncounted) add("figures", null, (tx) => count(tx, id, refused), null, !isJoined);
  if (seen === null && items.some((item) => item.kind === "entry" && item.entry.type === "hung-up")) add("end", null, (tx) => endedByRequest(tx, id));
  return steps;
}

/** A live call too, because a caller who has left a queue counts soon. */
async function count(tx: CallRecordWork, callId: string, refused: (figures: readonly RefusedFigure[]) => void): Promise<void> {
  const record = await tx.record(callId);
  if (record === undefined) return;
  // Another process, or an import, may have ended it meanwhile.
  const lost = record.endedAt !== null && isLost(await tx.legs(callId));
  await writeFigures(tx, record, await tx.timeline(callId), refused, lost);
}

async function writeEntry(tx: CallRecordWork, entry: TimelineEntry, mayBeThere: boolean): Promise<void> {
  if (!mayBeThere || !(await tx.hasTimeline(entry))) await tx.addTimeline(entry);
}

/** Tells the timeline only what it does not know: a recording goes on through a restart of Callplane. */
async function writeRecording(tx: CallRecordWork, recording: RecordingRecord, mayBeThere: boolean): Promise<void> {
  const { callId, endedAt, startedAt, startedBy } = recording;
  const before = await tx.recordingOf(recording.node, recording.path);
  // The spool file of a killed process may tell of the beginning of a recording whose end is known.
  if (mayBeThere && before !== undefined && before.endedAt !== null && (endedAt ?? startedAt) <= before.endedAt) return;
  const begins = endedAt === null && before?.endedAt !== null;
  const ends = endedAt !== null && (before === undefined || before.endedAt === null);
  // The same path again is another recording: FreeSWITCH has overwritten the file.
  if (before === undefined || (begins && before.callId !== callId)) await tx.saveRecording({ ...recording, id: before?.id ?? recording.id });
  else await tx.saveRecording({ ...before, callId, endedAt, startedBy: before.startedBy === SWITCH ? startedBy : before.startedBy, removedAt: begins ? null : before.removedAt });
  const tell = (action: string, at: Date): Promise<void> => tx.addTimeline({ callId, at, type: "recorded", agentId: null, detail: { action, recording: before?.id ?? recording.id } });
  if (begins) await tell("started", startedAt);
  if (ends) await tell("stopped", endedAt);
}

async function writeStarter(tx: CallRecordWork, id: string, who: string): Promise<void> {
  const known = await tx.recordingById(id);
  if (known !== undefined) await tx.saveRecording({ ...known, startedBy: who });
}

/** Who asked for the end is known when the request has been answered, which may be after the end was written. */
async function endedByRequest(tx: CallRecordWork, callId: string): Promise<void> {
  const record = await tx.record(callId);
  if (record?.hungUpBy !== "system") return;
  await tx.saveRecord({ ...record, hungUpBy: "agent" });
  await finishRecord(tx, callId);
}
