import { and, asc, count, desc, eq, exists, gte, isNull, lt, or, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { CallRecordStore, CallRecordWork } from "../call-logs/ports.js";
import type { CallLegRecord, CallLogFilter, CallLogScope, CallRecord, RecordingRecord } from "../call-logs/types.js";
import { IMMEDIATE } from "./engine.js";
import { isRefusal } from "./refusal.js";
import type { Database, Engine } from "./engine.js";
import { callLegs, callRecords, callTimeline, recordings } from "./schema.js";

type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

const toRecord = ({ createdAt: _, ...record }: typeof callRecords.$inferSelect): CallRecord => record;

class SqliteWork implements CallRecordWork {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  record(id: string): CallRecord | undefined {
    const row = this.#tx.select().from(callRecords).where(eq(callRecords.id, id)).get();
    return row === undefined ? undefined : toRecord(row);
  }

  saveRecord(record: CallRecord): void {
    this.#tx.insert(callRecords).values({ ...record, createdAt: new Date() }).onConflictDoUpdate({ target: callRecords.id, set: record }).run();
  }

  removeRecord(id: string): void {
    this.#tx.delete(callLegs).where(eq(callLegs.callId, id)).run();
    this.#tx.delete(callTimeline).where(eq(callTimeline.callId, id)).run();
    this.#tx.delete(callRecords).where(eq(callRecords.id, id)).run();
  }

  legs(callId: string): readonly CallLegRecord[] {
    // Two legs may begin in one millisecond: the call is named after the one that came first.
    return this.#tx.select().from(callLegs).where(eq(callLegs.callId, callId)).orderBy(asc(callLegs.startedAt), sql`${callLegs.channelUuid} <> ${callLegs.callId}`).all();
  }

  leg(coreUuid: string, channelUuid: string): CallLegRecord | undefined {
    return this.#tx.select().from(callLegs).where(and(eq(callLegs.coreUuid, coreUuid), eq(callLegs.channelUuid, channelUuid))).get();
  }

  legsOfChannel(channelUuid: string): readonly CallLegRecord[] {
    return this.#tx.select().from(callLegs).where(eq(callLegs.channelUuid, channelUuid)).all();
  }

  saveLeg(leg: CallLegRecord): void {
    this.#tx.insert(callLegs).values(leg).onConflictDoUpdate({ target: [callLegs.coreUuid, callLegs.channelUuid], set: leg }).run();
  }

  timeline(callId: string) {
    return this.#tx.select().from(callTimeline).where(eq(callTimeline.callId, callId)).orderBy(callTimeline.at, callTimeline.id).all().map(({ id: _, ...entry }) => entry);
  }

  addTimeline(entry: Parameters<CallRecordWork["addTimeline"]>[0]): void {
    this.#tx.insert(callTimeline).values(entry).run();
  }

  removeTimeline(callId: string, type: string): void {
    this.#tx.delete(callTimeline).where(and(eq(callTimeline.callId, callId), eq(callTimeline.type, type))).run();
  }

  moveCall(from: string, into: string): void {
    this.#tx.update(callLegs).set({ callId: into }).where(eq(callLegs.callId, from)).run();
    this.#tx.update(callTimeline).set({ callId: into }).where(eq(callTimeline.callId, from)).run();
    this.#tx.update(recordings).set({ callId: into }).where(eq(recordings.callId, from)).run();
    this.#tx.delete(callRecords).where(eq(callRecords.id, from)).run();
  }

  recordings(callId: string): readonly RecordingRecord[] {
    return this.#tx.select().from(recordings).where(eq(recordings.callId, callId)).orderBy(recordings.startedAt).all();
  }

  recordingById(id: string): RecordingRecord | undefined {
    return this.#tx.select().from(recordings).where(eq(recordings.id, id)).get();
  }

  recordingOf(node: string, path: string): RecordingRecord | undefined {
    return this.#tx.select().from(recordings).where(and(eq(recordings.node, node), eq(recordings.path, path))).get();
  }

  saveRecording(recording: RecordingRecord): void {
    this.#tx.insert(recordings).values(recording).onConflictDoUpdate({ target: recordings.id, set: recording }).run();
  }
}

export class SqliteCallRecords implements CallRecordStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async transaction<T>(work: (tx: CallRecordWork) => T): Promise<T> {
    return this.#engine.db.transaction((tx) => work(new SqliteWork(tx)), IMMEDIATE);
  }

  isRefusal(error: unknown): boolean {
    return this.#engine.isOpen() && isRefusal(error);
  }

  async list(scope: CallLogScope, filter: CallLogFilter, { offset, limit }: { readonly offset: number; readonly limit: number }): Promise<readonly CallRecord[]> {
    return this.#select(this.#where(scope, filter)).limit(limit).offset(offset).all().map(toRecord);
  }

  async count(scope: CallLogScope, filter: CallLogFilter): Promise<number> {
    return this.#engine.db.select({ total: count() }).from(callRecords).where(this.#where(scope, filter)).get()?.total ?? 0;
  }

  async after(scope: CallLogScope, filter: CallLogFilter, last: Pick<CallRecord, "id" | "startedAt"> | null, limit: number): Promise<readonly CallRecord[]> {
    const beyond = last === null ? undefined : or(lt(callRecords.startedAt, last.startedAt), and(eq(callRecords.startedAt, last.startedAt), lt(callRecords.id, last.id)));
    return this.#select(and(this.#where(scope, filter), beyond)).limit(limit).all().map(toRecord);
  }

  async get(id: string): Promise<CallRecord | undefined> {
    const row = this.#engine.db.select().from(callRecords).where(eq(callRecords.id, id)).get();
    return row === undefined ? undefined : toRecord(row);
  }

  async open(node?: string): Promise<readonly CallRecord[]> {
    return this.#engine.db.select().from(callRecords).where(and(isNull(callRecords.endedAt), node === undefined ? undefined : eq(callRecords.node, node))).all().map(toRecord);
  }

  async openLegs(node?: string): Promise<readonly CallLegRecord[]> {
    return this.#engine.db.select().from(callLegs).where(and(isNull(callLegs.endedAt), node === undefined ? undefined : eq(callLegs.node, node))).all();
  }

  async recording(id: string): Promise<RecordingRecord | undefined> {
    return this.#engine.db.select().from(recordings).where(eq(recordings.id, id)).get();
  }

  async recordingsBefore(organizationId: number | null, before: Date, limit: number): Promise<readonly RecordingRecord[]> {
    const whose = organizationId === null ? isNull(recordings.organizationId) : eq(recordings.organizationId, organizationId);
    return this.#engine.db.select().from(recordings).where(and(whose, lt(recordings.endedAt, before), isNull(recordings.removedAt))).orderBy(recordings.endedAt).limit(limit).all();
  }

  #select(where: SQL | undefined) {
    return this.#engine.db.select().from(callRecords).where(where).orderBy(desc(callRecords.startedAt), desc(callRecords.id));
  }

  #where({ organizationId, agentId }: CallLogScope, filter: CallLogFilter): SQL | undefined {
    return and(
      organizationId === null ? undefined : eq(callRecords.organizationId, organizationId),
      agentId === null ? undefined : this.#of(agentId),
      filter.from === undefined ? undefined : gte(callRecords.startedAt, filter.from),
      filter.to === undefined ? undefined : lt(callRecords.startedAt, filter.to),
      filter.agent === undefined ? undefined : this.#of(filter.agent),
      filter.number === undefined ? undefined : or(eq(callRecords.from, filter.number), eq(callRecords.to, filter.number)),
      filter.direction === undefined ? undefined : eq(callRecords.direction, filter.direction),
      filter.status === undefined ? undefined : eq(callRecords.status, filter.status),
      filter.department === undefined ? undefined : eq(callRecords.department, filter.department),
    );
  }

  /** Calls whose agent she is, or on which she answered her phone. */
  #of(agentId: string): SQL | undefined {
    const talked = this.#engine.db
      .select({ one: sql`1` })
      .from(callLegs)
      .where(and(eq(callLegs.callId, callRecords.id), eq(callLegs.agentId, agentId), eq(callLegs.role, "agent"), sql`${callLegs.answeredAt} is not null`));
    return or(eq(callRecords.agentId, agentId), exists(talked));
  }
}
