/** What is read and written of call records within one unit of work. Some of it runs with each event of each call, so its statements are prepared once. */
import type Sqlite from "better-sqlite3";
import { and, asc, eq, inArray, isNotNull, or, sql } from "drizzle-orm";
import { agentsOf, type CallFigure, type CallLegRecord, type CallRecord, type CallRecordView, type CallRecordWork, type RecordingNews, type RecordingRecord, type RefusedFigure, type TimelineEntry } from "../../call-logs/index.js";
import type { MessageRecord } from "../../queues/index.js";
import { recordingSid } from "../../sids.js";
import type { Connection } from "./engine.js";
import { callLegs, callRecords, callTimeline, legNotes, messages, recordings } from "../schema.js";
import { CallEnds } from "./call-ends.js";
import { RecordingChanges } from "./recording-changes.js";
import { FigureRows } from "./figure-rows.js";
import { Upsert } from "./upsert.js";

export const toRecord = ({ createdAt: _, ...record }: typeof callRecords.$inferSelect): CallRecord => record;

const given = (name: string) => sql.placeholder(name);

/** To be used within a unit of work on this connection alone. */
export class SqliteCallRecordView implements CallRecordView {
  readonly #statements: ReturnType<typeof statements>;

  constructor({ db }: Connection) {
    this.#statements = statements(db);
  }

  async record(id: string): Promise<CallRecord | undefined> {
    const row = this.#statements.record.get({ id });
    return row === undefined ? undefined : toRecord(row);
  }

  async legs(callId: string): Promise<readonly CallLegRecord[]> {
    return this.#statements.legs.all({ callId });
  }

  async leg(coreUuid: string, channelUuid: string): Promise<CallLegRecord | undefined> {
    return this.#statements.leg.get({ coreUuid, channelUuid });
  }

  async legsOfChannel(channelUuid: string): Promise<readonly CallLegRecord[]> {
    return this.#statements.legsOfChannel.all({ channelUuid });
  }

  async legsOfRing(ring: string): Promise<readonly CallLegRecord[]> {
    return this.#statements.legsOfRing.all({ ring });
  }

  async timeline(callId: string): Promise<readonly TimelineEntry[]> {
    return this.#statements.timeline.all({ callId });
  }

  async recordings(callId: string): Promise<readonly RecordingRecord[]> {
    return this.#statements.recordings.all({ callId });
  }

  async recordingById(id: string): Promise<RecordingRecord | undefined> {
    return this.#statements.recordingById.get({ id });
  }

  async recordingOf(node: string, path: string): Promise<RecordingRecord | undefined> {
    return this.#statements.recordingOf.get({ node, path });
  }

  async message(id: string): Promise<MessageRecord | undefined> {
    return this.#statements.message.get({ id });
  }
}

/** To be used within a unit of work on the connection that writes. */
export class SqliteCallRecordWork extends SqliteCallRecordView implements CallRecordWork {
  readonly #db: Connection["db"];
  readonly #recordUpsert: Upsert<typeof callRecords>;
  readonly #legUpsert: Upsert<typeof callLegs>;
  readonly #timelineInsert: Upsert<typeof callTimeline>;
  readonly #recordingUpsert: Upsert<typeof recordings>;
  readonly #sid: Sqlite.Statement<[string, string]>;
  readonly #removeUnmade: Sqlite.Statement<[string, string | null, string]>;
  readonly #sameEntry: Sqlite.Statement<[string, number, string, string | null, string]>;
  readonly #removeTimeline: ReturnType<typeof timelineRemoval>;
  readonly #ends: CallEnds;
  readonly #figures: FigureRows;
  readonly #recordings = new RecordingChanges();
  /** Bounded by the transaction. */
  #finished: { readonly record: CallRecord; readonly agents: readonly string[] }[] = [];

  constructor(writer: Connection) {
    super(writer);
    this.#db = writer.db;
    this.#sameEntry = writer.sqlite.prepare("SELECT 1 FROM call_timeline WHERE call_id = ? AND at = ? AND type = ? AND agent_id IS ? AND detail = ? LIMIT 1");
    this.#removeTimeline = timelineRemoval(writer.db);
    this.#ends = new CallEnds(writer);
    this.#figures = new FigureRows(writer);
    this.#recordUpsert = new Upsert(writer, callRecords, { target: ["id"], kept: ["createdAt"] });
    this.#legUpsert = new Upsert(writer, callLegs, { target: ["coreUuid", "channelUuid"] });
    this.#timelineInsert = new Upsert(writer, callTimeline, { generated: ["id"] });
    this.#recordingUpsert = new Upsert(writer, recordings, { target: ["id"] });
    this.#removeUnmade = writer.sqlite.prepare("DELETE FROM call_legs WHERE source = 'unmade' AND (channel_uuid IN (?, ?) OR (call_id = ? AND channel_uuid = call_id))");
    // A program may have named it before.
    this.#sid = writer.sqlite.prepare("INSERT INTO recording_sids (recording_id, sid) VALUES (?, ?) ON CONFLICT DO NOTHING");
  }

  /** To be called first in each transaction: the one before may have been rolled back. */
  begin(): void {
    this.#finished = [];
    this.#recordings.begin();
  }

  /** What this transaction has given its first end, and the agents whose own list shows it. */
  get finished(): readonly { readonly record: CallRecord; readonly agents: readonly string[] }[] {
    return this.#finished;
  }

  /** What this transaction has made of recordings. To be asked last in it. */
  recordingNews(): Promise<readonly RecordingNews[]> {
    return this.#recordings.news(this);
  }

  async saveRecord(record: CallRecord): Promise<void> {
    this.#recordUpsert.run({ ...record, createdAt: new Date() });
  }

  async removeRecord(id: string): Promise<void> {
    const namesOf = (name: typeof callLegs.channelUuid | typeof callLegs.ring) => this.#db.select({ name }).from(callLegs).where(and(eq(callLegs.callId, id), isNotNull(name)));
    this.#db.delete(legNotes).where(or(eq(legNotes.uuid, id), inArray(legNotes.uuid, namesOf(callLegs.channelUuid)), inArray(legNotes.uuid, namesOf(callLegs.ring)))).run();
    this.#db.delete(callLegs).where(eq(callLegs.callId, id)).run();
    this.#db.delete(callTimeline).where(eq(callTimeline.callId, id)).run();
    this.#figures.remove(id);
    this.#db.delete(callRecords).where(eq(callRecords.id, id)).run();
  }

  async saveLeg(leg: CallLegRecord): Promise<void> {
    if (leg.source !== "unmade") this.#removeUnmade.run(leg.channelUuid, leg.ring, leg.callId);
    this.#legUpsert.run(leg);
  }

  async addTimeline(entry: TimelineEntry): Promise<void> {
    this.#timelineInsert.run(entry);
  }

  async hasTimeline({ callId, at, type, agentId, detail }: TimelineEntry): Promise<boolean> {
    return this.#sameEntry.get(callId, at.getTime(), type, agentId, JSON.stringify(detail)) !== undefined;
  }

  async removeTimeline(callId: string, type: string): Promise<void> {
    this.#removeTimeline.run({ callId, type });
  }

  async moveCall(from: string, into: string): Promise<void> {
    const gone = await this.record(from);
    if (gone !== undefined) this.#ends.tell(gone, false);
    // The other one's end is its own.
    await this.removeTimeline(from, "ended");
    this.#db.update(callLegs).set({ callId: into }).where(eq(callLegs.callId, from)).run();
    this.#db.update(callTimeline).set({ callId: into }).where(eq(callTimeline.callId, from)).run();
    for (const recording of await this.recordings(from)) this.#recordings.note(recording.id, recording);
    this.#db.update(recordings).set({ callId: into }).where(eq(recordings.callId, from)).run();
    this.#figures.remove(from);
    this.#db.update(messages).set({ callId: into }).where(eq(messages.callId, from)).run();
    this.#db.delete(callRecords).where(eq(callRecords.id, from)).run();
  }

  async saveFigures({ id, organizationId }: Pick<CallRecord, "id" | "organizationId">, figures: readonly CallFigure[]): Promise<readonly RefusedFigure[]> {
    return organizationId === null ? [] : this.#figures.save(id, organizationId, figures);
  }

  async tellEnd(record: CallRecord, isFirst: boolean): Promise<void> {
    this.#ends.tell(record, true);
    if (isFirst) this.#finished.push({ record, agents: agentsOf(record, await this.legs(record.id)) });
  }

  async saveRecording(recording: RecordingRecord): Promise<void> {
    this.#recordings.note(recording.id, await this.recordingById(recording.id));
    this.#recordingUpsert.run(recording);
    this.#sid.run(recording.id, recordingSid(recording.id));
  }

  async leaveMessage(message: MessageRecord): Promise<void> {
    const { changes } = this.#db.insert(messages).values(message).onConflictDoNothing().run();
    if (changes > 0) this.#ends.message(message);
  }

  async saveMessage({ id, ...message }: MessageRecord): Promise<void> {
    this.#db.update(messages).set(message).where(eq(messages.id, id)).run();
  }

  async putBackMessage(message: MessageRecord): Promise<void> {
    this.#db.insert(messages).values(message).onConflictDoNothing().run();
  }

  async removeMessage(id: string): Promise<void> {
    this.#db.delete(messages).where(eq(messages.id, id)).run();
  }
}

function statements(db: Connection["db"]) {
  const { callId, at, type, agentId, detail } = callTimeline;
  const entry = { callId, at, type, agentId, detail };
  return {
    record: db.select().from(callRecords).where(eq(callRecords.id, given("id"))).prepare(),
    // Two legs may begin in one millisecond: the call is named after the one that came first.
    legs: db.select().from(callLegs).where(eq(callLegs.callId, given("callId"))).orderBy(asc(callLegs.startedAt), sql`${callLegs.channelUuid} <> ${callLegs.callId}`).prepare(),
    leg: db.select().from(callLegs).where(and(eq(callLegs.coreUuid, given("coreUuid")), eq(callLegs.channelUuid, given("channelUuid")))).prepare(),
    legsOfChannel: db.select().from(callLegs).where(eq(callLegs.channelUuid, given("channelUuid"))).prepare(),
    legsOfRing: db.select().from(callLegs).where(eq(callLegs.ring, given("ring"))).prepare(),
    timeline: db.select(entry).from(callTimeline).where(eq(callTimeline.callId, given("callId"))).orderBy(callTimeline.at, callTimeline.id).prepare(),
    recordings: db.select().from(recordings).where(eq(recordings.callId, given("callId"))).orderBy(recordings.startedAt).prepare(),
    recordingById: db.select().from(recordings).where(eq(recordings.id, given("id"))).prepare(),
    message: db.select().from(messages).where(eq(messages.id, given("id"))).prepare(),
    recordingOf: db.select().from(recordings).where(and(eq(recordings.node, given("node")), eq(recordings.path, given("path")))).prepare(),
  };
}

const timelineRemoval = (db: Connection["db"]) => db.delete(callTimeline).where(and(eq(callTimeline.callId, given("callId")), eq(callTimeline.type, given("type")))).prepare();
