import { and, eq, inArray, isNull, lt, ne } from "drizzle-orm";
import type { CallLeg, CallLegFilter, CallLegRecord, CallLogScope, CallRecord, CallRecordStore, CallRecordView, CallRecordWork, ListedRecording, NamedRecording, RecordingNews, RecordingRecord, StoredMessageFilter, StoredRecordingFilter } from "../call-logs/index.js";
import type { MessageRecord } from "../queues/index.js";
import type { TimePage } from "../pages.js";
import type { LeftRecording, LegNote, ProgramRecording } from "../twiml/index.js";
import { CallLogList } from "./call-log-list.js";
import { legsOf, noteLeg } from "./call-legs.js";
import { messageOf, messagesIn, messagesOfCallQuery } from "./messages.js";
import { recordingsIn } from "./recording-list.js";
import { claimRecording, leftRecordings, nameRecording, nameRecordings, recordingOfSid, recordingsOf } from "./recording-sids.js";
import { first } from "./rows.js";
import { SqliteCallRecordView, SqliteCallRecordWork, toRecord } from "./sqlite/call-record-work.js";
import { newsOf } from "./sqlite/recording-changes.js";
import type { SqliteEngine } from "./sqlite/engine.js";
import { isRefusal } from "./sqlite/refusal.js";
import { callLegs, callRecords, recordings } from "./schema.js";

export class SqliteCallRecords implements CallRecordStore {
  readonly #engine: SqliteEngine;
  readonly #messagesOfCall = messagesOfCallQuery();
  readonly #list: CallLogList;
  #madeWork: SqliteCallRecordWork | null = null;
  #madeView: CallRecordView | null = null;
  /** Bounded by who is composed with it. */
  readonly #finished = new Set<Parameters<CallRecordStore["onFinished"]>[0]>();

  /** Bounded by who is composed with it. */
  readonly #recorded = new Set<(news: RecordingNews) => void>();

  constructor(engine: SqliteEngine) {
    this.#engine = engine;
    this.#list = new CallLogList(engine);
  }

  /** With the first use: to prepare their statements takes half the time of opening the database, and the command line has no use for them. */
  get #work(): SqliteCallRecordWork {
    return (this.#madeWork ??= new SqliteCallRecordWork(this.#engine.writer));
  }

  get #view(): CallRecordView {
    return (this.#madeView ??= new SqliteCallRecordView(this.#engine.reader));
  }

  async transaction<T>(work: (tx: CallRecordWork) => Promise<T>): Promise<T> {
    const { result, finished, recorded } = await this.#engine.write(async () => {
      // One connection: what is prepared on it runs within its transaction.
      const tx = this.#work;
      tx.begin();
      return { result: await work(tx), finished: tx.finished, recorded: await tx.recordingNews() };
    });
    this.#tellRecorded(recorded);
    for (const { record, agents } of finished) for (const tell of [...this.#finished]) tell(record, agents);
    return result;
  }

  onFinished(handler: (record: CallRecord, agents: readonly string[]) => void): () => void {
    this.#finished.add(handler);
    return () => this.#finished.delete(handler);
  }

  onRecording(handler: (news: RecordingNews) => void): () => void {
    this.#recorded.add(handler);
    return () => this.#recorded.delete(handler);
  }

  #tellRecorded(recorded: readonly RecordingNews[]): void {
    for (const news of recorded) for (const tell of [...this.#recorded]) tell(news);
  }

  read<T>(work: (view: CallRecordView) => Promise<T>): Promise<T> {
    return this.#engine.read(() => work(this.#view));
  }

  isRefusal(error: unknown): boolean {
    return this.#engine.isOpen() && isRefusal(error);
  }

  list(...asked: Parameters<CallLogList["page"]>): Promise<readonly CallRecord[]> {
    return this.#list.page(...asked);
  }

  count(...asked: Parameters<CallLogList["count"]>): Promise<number> {
    return this.#list.count(...asked);
  }

  async get(id: string): Promise<CallRecord | undefined> {
    const row = await this.#engine.read(async (db) => {
      const byId = await first(db.select().from(callRecords).where(eq(callRecords.id, id)));
      const callsOfLeg = db.select({ callId: callLegs.callId }).from(callLegs).where(and(eq(callLegs.channelUuid, id), ne(callLegs.role, "supervisor")));
      return byId ?? (await first(db.select().from(callRecords).where(inArray(callRecords.id, callsOfLeg))));
    });
    return row === undefined ? undefined : toRecord(row);
  }

  async open(node?: string): Promise<readonly CallRecord[]> {
    return (await this.#engine.read(async (db) => db.select().from(callRecords).where(and(isNull(callRecords.endedAt), node === undefined ? undefined : eq(callRecords.node, node))))).map(toRecord);
  }

  async openLegs(node?: string): Promise<readonly CallLegRecord[]> {
    return this.#engine.read(async (db) => db.select().from(callLegs).where(and(isNull(callLegs.endedAt), node === undefined ? undefined : eq(callLegs.node, node))));
  }

  async legs(organizationId: number, filter: CallLegFilter, page: { readonly offset: number; readonly limit: number }): Promise<readonly Omit<CallLeg, "status">[]> {
    return this.#engine.read((db) => legsOf(db, organizationId, filter, page));
  }

  async recordings(organizationId: number, { callId }: { readonly callId?: string }, page: { readonly offset: number; readonly limit: number }): Promise<readonly NamedRecording[]> {
    return this.#engine.read((db) => recordingsOf(db, organizationId, callId, page));
  }

  recordingsIn(scope: CallLogScope, filter: StoredRecordingFilter, page: TimePage): Promise<{ readonly items: readonly ListedRecording[]; readonly total: number }> {
    return recordingsIn(this.#engine, scope, filter, page);
  }

  async nameRecording(recording: ProgramRecording): Promise<void> {
    // The news are made before the commit: what is written is never reported as failed.
    const recorded = await this.#engine.write(async (tx) => {
      const made = await nameRecording(tx, recording);
      return made === null ? [] : newsOf(this.#work, undefined, made);
    });
    this.#tellRecorded(recorded);
  }

  async leftRecordings(): Promise<readonly LeftRecording[]> {
    return this.#engine.read((db) => leftRecordings(db));
  }

  async claimRecording(sid: string, node: string): Promise<boolean> {
    return this.#engine.write((tx) => claimRecording(tx, sid, node));
  }

  async noteLeg(note: LegNote): Promise<void> {
    await this.#engine.write((tx) => noteLeg(tx, note));
  }

  async recording(id: string): Promise<RecordingRecord | undefined> {
    return this.#engine.read((db) => first(db.select().from(recordings).where(eq(recordings.id, id))));
  }

  async message(id: string): Promise<MessageRecord | undefined> {
    return this.#engine.read((db) => messageOf(db, id));
  }

  async messagesOfCall(callId: string): Promise<readonly MessageRecord[]> {
    return this.#engine.read((db) => this.#messagesOfCall.rows(db, { callId }));
  }

  async messages(organizationId: number | null, filter: StoredMessageFilter, page: TimePage): Promise<{ readonly items: readonly MessageRecord[]; readonly total: number }> {
    return this.#engine.read((db) => messagesIn(db, organizationId, filter, page));
  }

  async recordingBySid(sid: string): Promise<NamedRecording | undefined> {
    const known = (): Promise<NamedRecording | undefined> => this.#engine.read((db) => recordingOfSid(db, sid));
    const recording = await known();
    // Recordings of before there were sids have none until somebody asks for one that is not known.
    return recording ?? ((await this.#engine.write(nameRecordings)) > 0 ? known() : undefined);
  }

  async recordingsBefore(organizationId: number | null, before: Date, limit: number): Promise<readonly RecordingRecord[]> {
    const whose = organizationId === null ? isNull(recordings.organizationId) : eq(recordings.organizationId, organizationId);
    return this.#engine.read(async (db) => db.select().from(recordings).where(and(whose, lt(recordings.endedAt, before), isNull(recordings.removedAt))).orderBy(recordings.endedAt).limit(limit));
  }
}
