/** Recordings with the sids under which programs know them. */
import { basename, extname } from "node:path";
import { and, desc, eq, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import type { NamedRecording, RecordingRecord } from "../call-logs/index.js";
import { recordingSid } from "../sids.js";
import type { LeftRecording, ProgramRecording } from "../twiml/index.js";
import { first } from "./rows.js";
import { recordings, recordingSids } from "./schema.js";
import type { Reader, Writer } from "./sqlite/engine.js";

const AT_ONCE = 5000;

async function named(db: Reader, where: SQL | undefined, { offset, limit }: { readonly offset: number; readonly limit: number }): Promise<readonly NamedRecording[]> {
  const { sid, callSid, source, channels, track, durationS } = recordingSids;
  const rows = await db
    .select({ recording: recordings, sid, callSid, source, channels, track, durationS })
    .from(recordings)
    .leftJoin(recordingSids, eq(recordingSids.recordingId, recordings.id))
    .where(where)
    .orderBy(desc(recordings.startedAt), desc(recordings.id))
    .limit(limit)
    .offset(offset);
  return rows.map(({ recording, ...more }) => ({ ...recording, ...more, sid: more.sid ?? recordingSid(recording.id) }));
}

/** Those that are kept, the newest first. */
export const recordingsOf = (db: Reader, organizationId: number, callId: string | undefined, page: { readonly offset: number; readonly limit: number }): Promise<readonly NamedRecording[]> =>
  named(db, and(eq(recordings.organizationId, organizationId), isNull(recordings.removedAt), callId === undefined ? undefined : eq(recordings.callId, callId)), page);

export const recordingOfSid = async (db: Reader, sid: string): Promise<NamedRecording | undefined> => (await named(db, eq(recordingSids.sid, sid), { offset: 0, limit: 1 }))[0];

/** Gives sids to recordings that have none; how many they were. */
export async function nameRecordings(tx: Writer): Promise<number> {
  const nameless = await tx.select({ id: recordings.id }).from(recordings).leftJoin(recordingSids, eq(recordingSids.recordingId, recordings.id)).where(isNull(recordingSids.sid)).limit(AT_ONCE);
  for (const { id } of nameless) await tx.insert(recordingSids).values({ sid: recordingSid(id), recordingId: id }).onConflictDoNothing();
  return nameless.length;
}

/** Those of programs whose end has not been told. */
export async function leftRecordings(db: Reader): Promise<readonly LeftRecording[]> {
  const rows = await db.select({ named: recordingSids, recording: recordings }).from(recordingSids).innerJoin(recordings, eq(recordings.id, recordingSids.recordingId)).where(isNotNull(recordingSids.ongoing));
  return rows.flatMap(({ named: { sid, callSid, source, channels, track, durationS, ongoing }, recording: { organizationId, callId, path, startedAt, node } }) =>
    organizationId === null || callSid === null || source === null || track === null || ongoing === null ? [] : [{ sid, organizationId, callSid, callId, path, startedAt, durationS, channels: channels === 2 ? 2 : 1, track, source, ongoing: { ...ongoing, node: ongoing.node ?? (node === "" ? null : node) } }],
  );
}

/** See `RecordingBook.claim`. */
export async function claimRecording(tx: Writer, sid: string, node: string): Promise<boolean> {
  const { ongoing } = recordingSids;
  const claimed = await tx.update(recordingSids).set({ ongoing: sql`json_set(${ongoing}, '$.node', ${node})` }).where(and(eq(recordingSids.sid, sid), isNotNull(ongoing), sql`json_extract(${ongoing}, '$.node') is null`)).returning({ sid: recordingSids.sid });
  return claimed.length > 0;
}

/** What a program says of its recording counts from now on. One that FreeSWITCH has told nothing of, as of a conference, gets its record here, and is given back; null: it has one. */
export async function nameRecording(tx: Writer, { sid, organizationId, callId, callSid, path, startedAt, durationS, channels, track, source, ongoing = null }: ProgramRecording): Promise<RecordingRecord | null> {
  const known = await first(tx.select({ id: recordings.id }).from(recordings).where(and(eq(recordings.organizationId, organizationId), eq(recordings.path, path))).orderBy(desc(recordings.startedAt)).limit(1));
  const id = known?.id ?? basename(path, extname(path));
  const unknown: RecordingRecord = { id, callId, organizationId, node: "", path, startedBy: "program", startedAt, endedAt: durationS === null ? null : new Date(startedAt.getTime() + durationS * 1000), removedAt: null };
  const made = known === undefined ? await tx.insert(recordings).values(unknown).onConflictDoNothing().returning({ id: recordings.id }) : [];
  const details = { sid, callSid, source, channels, track, durationS, ongoing };
  await tx.insert(recordingSids).values({ recordingId: id, ...details }).onConflictDoUpdate({ target: recordingSids.recordingId, set: details });
  return made.length > 0 ? unknown : null;
}
