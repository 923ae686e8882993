import { and, asc, count, desc, eq, exists, gte, inArray, isNull, lt, ne, or, sql, type SQL } from "drizzle-orm";
import type { CallLeg, CallLegFilter, CallLegRecord, CallLogScope, CallLogSort, CallRecord, CallRecordStore, CallRecordView, CallRecordWork, NamedRecording, RecordingFilter, RecordingRecord, StoredCallLogFilter, StoredMessageFilter } from "../call-logs/index.js";
import type { MessageRecord } from "../queues/index.js";
import type { TimePage } from "../pages.js";
import type { LeftRecording, LegNote, ProgramRecording } from "../twiml/index.js";
import { legsOf, noteLeg } from "./call-legs.js";
import { messageOf, messagesIn, messagesOfCall } from "./messages.js";
import { recordingList } from "./recording-list.js";
import { claimRecording, leftRecordings, nameRecording, nameRecordings, recordingOfSid, recordingsOf } from "./recording-sids.js";
import { first } from "./rows.js";
import { SqliteCallRecordView, SqliteCallRecordWork, toRecord } from "./sqlite/call-record-work.js";
import type { Reader, SqliteEngine } from "./sqlite/engine.js";
import { isRefusal } from "./sqlite/refusal.js";
import { callLegs, callRecords, recordings } from "./schema.js";

export class SqliteCallRecords implements CallRecordStore {
  readonly #engine: SqliteEngine;
  #madeWork: SqliteCallRecordWork | null = null;
  #madeView: CallRecordView | null = null;
  /** Bounded by who is composed with it. */
  readonly #finished = new Set<Parameters<CallRecordStore["onFinished"]>[0]>();

  constructor(engine: SqliteEngine) {
    this.#engine = engine;
  }

  /** With the first use: to prepare their statements takes half the time of opening the database, and the command line has no use for them. */
  get #work(): SqliteCallRecordWork {
    return (this.#madeWork ??= new SqliteCallRecordWork(this.#engine.writer));
  }

  get #view(): CallRecordView {
    return (this.#madeView ??= new SqliteCallRecordView(this.#engine.reader));
  }

  async transaction<T>(work: (tx: CallRecordWork) => Promise<T>): Promise<T> {
    const { result, finished } = await this.#engine.write(async () => {
      // One connection: what is prepared on it runs within its transaction.
      const tx = this.#work;
      tx.begin();
      return { result: await work(tx), finished: tx.finished };
    });
    for (const { record, agents } of finished) for (const tell of [...this.#finished]) tell(record, agents);
    return result;
  }

  onFinished(handler: (record: CallRecord, agents: readonly string[]) => void): () => void {
    this.#finished.add(handler);
    return () => this.#finished.delete(handler);
  }

  read<T>(work: (view: CallRecordView) => Promise<T>): Promise<T> {
    return this.#engine.read(() => work(this.#view));
  }

  isRefusal(error: unknown): boolean {
    return this.#engine.isOpen() && isRefusal(error);
  }

  async list(scope: CallLogScope, filter: StoredCallLogFilter, { offset, limit, sort }: { readonly offset: number; readonly limit: number; readonly sort?: CallLogSort }): Promise<readonly CallRecord[]> {
    return (await this.#engine.read(async (db) => selected(db, whereOf(db, scope, filter), sort).limit(limit).offset(offset))).map(toRecord);
  }

  async count(scope: CallLogScope, filter: StoredCallLogFilter): Promise<number> {
    return (await this.#engine.read((db) => first(db.select({ total: count() }).from(callRecords).where(whereOf(db, scope, filter)))))?.total ?? 0;
  }

  async after(scope: CallLogScope, filter: StoredCallLogFilter, last: Pick<CallRecord, "id" | "startedAt"> | null, limit: number): Promise<readonly CallRecord[]> {
    const beyond = last === null ? undefined : or(lt(callRecords.startedAt, last.startedAt), and(eq(callRecords.startedAt, last.startedAt), lt(callRecords.id, last.id)));
    return (await this.#engine.read(async (db) => selected(db, and(whereOf(db, scope, filter), beyond)).limit(limit))).map(toRecord);
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

  async recordingsIn(scope: CallLogScope, filter: RecordingFilter, page: TimePage): Promise<{ readonly items: readonly RecordingRecord[]; readonly total: number }> {
    return this.#engine.read(async (db) => {
      const list = recordingList(db, scope, filter, page);
      return { items: await list.items, total: (await first(list.total))?.total ?? 0 };
    });
  }

  async nameRecording(recording: ProgramRecording): Promise<void> {
    await this.#engine.write((tx) => nameRecording(tx, recording));
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
    return this.#engine.read((db) => messagesOfCall(db, callId));
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

const SORTED = { startedAt: callRecords.startedAt, talkMs: callRecords.talkMs, waitMs: callRecords.waitMs } as const;

function selected(db: Reader, where: SQL | undefined, sort: CallLogSort = "-startedAt") {
  const [, sign, name] = /^(-?)(startedAt|talkMs|waitMs)$/.exec(sort) ?? [];
  const order = sign === "-" ? desc : asc;
  const column = name === "talkMs" || name === "waitMs" ? SORTED[name] : SORTED.startedAt;
  return db.select().from(callRecords).where(where).orderBy(order(column), order(callRecords.id));
}

function whereOf(db: Reader, { organizationId, agentId }: CallLogScope, filter: StoredCallLogFilter): SQL | undefined {
  return and(
    organizationId === null ? undefined : eq(callRecords.organizationId, organizationId),
    agentId === null ? undefined : ofAgent(db, agentId),
    filter.from === undefined ? undefined : gte(callRecords.startedAt, filter.from),
    filter.to === undefined ? undefined : lt(callRecords.startedAt, filter.to),
    filter.agent === undefined ? undefined : ofAgent(db, filter.agent),
    filter.numbers === undefined ? undefined : or(inArray(callRecords.from, [...filter.numbers]), inArray(callRecords.to, [...filter.numbers])),
    filter.direction === undefined ? undefined : eq(callRecords.direction, filter.direction),
    filter.status === undefined ? undefined : eq(callRecords.status, filter.status),
    filter.department === undefined ? undefined : eq(callRecords.department, filter.department),
    filter.disposition === undefined ? undefined : eq(callRecords.disposition, filter.disposition),
    filter.minTalkMs === undefined ? undefined : gte(callRecords.talkMs, filter.minTalkMs),
    filter.found === undefined ? undefined : foundBy(filter.found),
  );
}

/** Calls with a part of a number at either end, or of one of these agents. */
function foundBy({ number, agentIds }: NonNullable<StoredCallLogFilter["found"]>): SQL {
  const pattern = number === null ? null : `%${number.replace(/[%_\\]/g, (sign) => `\\${sign}`)}%`;
  const holds = (column: typeof callRecords.from | typeof callRecords.to): SQL | undefined => (pattern === null ? undefined : sql`${column} like ${pattern} escape '\\'`);
  return or(holds(callRecords.from), holds(callRecords.to), agentIds.length === 0 ? undefined : inArray(callRecords.agentId, [...agentIds])) ?? sql`1 = 0`;
}

/** Calls that the agent owned last, or answered. */
function ofAgent(db: Reader, agentId: string): SQL | undefined {
  const talked = db
    .select({ one: sql`1` })
    .from(callLegs)
    .where(and(eq(callLegs.callId, callRecords.id), eq(callLegs.agentId, agentId), eq(callLegs.role, "agent"), sql`${callLegs.answeredAt} is not null`));
  return or(eq(callRecords.agentId, agentId), exists(talked));
}
