import { and, count, desc, eq, exists, gte, inArray, isNull, lt, or, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { CallLegRecord, CallLogScope, CallRecord, CallRecordStore, CallRecordWork, RecordingRecord, StoredCallLogFilter } from "../call-logs/index.js";
import { IMMEDIATE } from "./engine.js";
import { isRefusal } from "./refusal.js";
import { SqliteCallRecordWork, toRecord } from "./call-record-work.js";
import type { Engine } from "./engine.js";
import { callLegs, callRecords, recordings } from "./schema.js";

export class SqliteCallRecords implements CallRecordStore {
  readonly #engine: Engine;
  readonly #work: CallRecordWork;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#work = new SqliteCallRecordWork(engine);
  }

  async transaction<T>(work: (tx: CallRecordWork) => T): Promise<T> {
    // One connection: what is prepared on it runs within its transaction.
    return this.#engine.db.transaction(() => work(this.#work), IMMEDIATE);
  }

  isRefusal(error: unknown): boolean {
    return this.#engine.isOpen() && isRefusal(error);
  }

  async list(scope: CallLogScope, filter: StoredCallLogFilter, { offset, limit }: { readonly offset: number; readonly limit: number }): Promise<readonly CallRecord[]> {
    return this.#select(this.#where(scope, filter)).limit(limit).offset(offset).all().map(toRecord);
  }

  async count(scope: CallLogScope, filter: StoredCallLogFilter): Promise<number> {
    return this.#engine.db.select({ total: count() }).from(callRecords).where(this.#where(scope, filter)).get()?.total ?? 0;
  }

  async after(scope: CallLogScope, filter: StoredCallLogFilter, last: Pick<CallRecord, "id" | "startedAt"> | null, limit: number): Promise<readonly CallRecord[]> {
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

  #where({ organizationId, agentId }: CallLogScope, filter: StoredCallLogFilter): SQL | undefined {
    return and(
      organizationId === null ? undefined : eq(callRecords.organizationId, organizationId),
      agentId === null ? undefined : this.#of(agentId),
      filter.from === undefined ? undefined : gte(callRecords.startedAt, filter.from),
      filter.to === undefined ? undefined : lt(callRecords.startedAt, filter.to),
      filter.agent === undefined ? undefined : this.#of(filter.agent),
      filter.numbers === undefined ? undefined : or(inArray(callRecords.from, [...filter.numbers]), inArray(callRecords.to, [...filter.numbers])),
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
