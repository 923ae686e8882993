/**
 * The list of call records. A filter may leave few of very many, and a read holds the event loop: so the list is walked in slices of its order, each a read of
 * its own, which an index finds. A slice ends at a record, so what comes and goes meanwhile shifts none.
 */
import { and, asc, count, desc, eq, exists, inArray, isNotNull, or, sql, type SQL } from "drizzle-orm";
import type { CallLogScope, CallLogSort, CallRecord, StoredCallLogFilter } from "../call-logs/index.js";
import type { Place } from "../pages.js";
import { first } from "./rows.js";
import { callLegs, callRecords } from "./schema.js";
import { toRecord } from "./sqlite/call-record-work.js";
import type { Reader, SqliteEngine } from "./sqlite/engine.js";
import { contains } from "./time-order.js";
import { unhurried } from "./turns.js";

const SLICE = 4000;

const SORTED = { startedAt: callRecords.startedAt, talkMs: callRecords.talkMs, waitMs: callRecords.waitMs } as const;

interface Slice {
  /** Behind this place; null: from the beginning. */
  readonly after: Place | null;
  /** Up to this one, which belongs to it; null: to the end. */
  readonly last: Place | null;
}

/** What a list asks for; the agent's calls are few enough to be read at once. */
export interface ListAsked {
  readonly scope: CallLogScope;
  readonly filter: StoredCallLogFilter;
  readonly sort: CallLogSort;
  readonly ofFew: boolean;
}

export class CallLogList {
  readonly #engine: Pick<SqliteEngine, "read">;
  readonly #slice: number;

  /** `slice`: how many records are looked at in one read. */
  constructor(engine: Pick<SqliteEngine, "read">, slice = SLICE) {
    this.#engine = unhurried(engine);
    this.#slice = slice;
  }

  /** `limit` records after a place in the order, or after `offset` others. */
  async page(scope: CallLogScope, filter: StoredCallLogFilter, { after = null, offset, limit, sort = "-startedAt" }: { readonly after?: Place | null; readonly offset: number; readonly limit: number; readonly sort?: CallLogSort | undefined }): Promise<readonly CallRecord[]> {
    const asked = await this.#asked(scope, filter, sort);
    // At most `limit`.
    const found: CallRecord[] = [];
    let toSkip = offset;
    for await (const slice of this.#slices(asked, after)) {
      const skipped = toSkip === 0 ? 0 : Math.min(toSkip, await this.#countIn(asked, slice));
      const rows = await this.#engine.read(async (db) => recordsIn(db, asked, slice).limit(limit - found.length).offset(toSkip));
      toSkip -= skipped;
      found.push(...rows.map(toRecord));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** How many the filter leaves. */
  async count(scope: CallLogScope, filter: StoredCallLogFilter): Promise<number> {
    const asked = await this.#asked(scope, filter, "-startedAt");
    let total = 0;
    for await (const slice of this.#slices(asked, null)) total += await this.#countIn(asked, slice);
    return total;
  }

  async #countIn(asked: ListAsked, slice: Slice): Promise<number> {
    return (await this.#engine.read((db) => first(countIn(db, asked, slice))))?.total ?? 0;
  }

  async #asked(scope: CallLogScope, filter: StoredCallLogFilter, sort: CallLogSort): Promise<ListAsked> {
    const agents = [scope.agentId ?? undefined, filter.agent].filter((id) => id !== undefined);
    let ofFew = agents.length > 0;
    for (const id of agents) ofFew &&= await this.#engine.read((db) => isOfFew(db, scope.organizationId, id, this.#slice));
    return { scope, filter, sort, ofFew };
  }

  async *#slices(asked: ListAsked, from: Place | null): AsyncIterable<Slice> {
    let after = from;
    for (;;) {
      const end = asked.ofFew ? undefined : await this.#engine.read((db) => first(endOfSlice(db, asked, after, this.#slice)));
      if (end === undefined) {
        yield { after, last: null };
        return;
      }
      const last: Place = [end.value, end.id];
      yield { after, last };
      after = last;
    }
  }
}

/** Whether the agent's calls fill no slice, so that they are read at once. */
export async function isOfFew(db: Reader, organizationId: number | null, agentId: string, slice: number): Promise<boolean> {
  const one = { one: sql<number>`1` };
  const owned = await db.select(one).from(callRecords).where(and(organizationId === null ? undefined : eq(callRecords.organizationId, organizationId), eq(callRecords.agentId, agentId))).limit(1).offset(slice);
  const answered = await db.select(one).from(callLegs).where(answeredBy(agentId)).limit(1).offset(slice);
  return organizationId !== null && owned.length + answered.length === 0;
}

function orderOf(sort: CallLogSort) {
  const [, sign, name] = /^(-?)(startedAt|talkMs|waitMs)$/.exec(sort) ?? [];
  const column = name === "talkMs" || name === "waitMs" ? SORTED[name] : SORTED.startedAt;
  const isDown = sign === "-";
  const order = isDown ? desc : asc;
  return { column, isDown, by: [order(column), order(callRecords.id)] as const };
}

/** Those behind a place, or up to it. */
function behind(sort: CallLogSort, [value, id]: Place): SQL {
  const { column, isDown } = orderOf(sort);
  return sql`(${column}, ${callRecords.id}) ${sql.raw(isDown ? "<" : ">")} (${value}, ${id})`;
}

function upTo(sort: CallLogSort, [value, id]: Place): SQL {
  const { column, isDown } = orderOf(sort);
  return sql`(${column}, ${callRecords.id}) ${sql.raw(isDown ? ">=" : "<=")} (${value}, ${id})`;
}

const inOrganization = ({ organizationId }: CallLogScope): SQL | undefined => (organizationId === null ? undefined : eq(callRecords.organizationId, organizationId));

const inTime = ({ from, to }: StoredCallLogFilter, sort: CallLogSort): SQL | undefined => and(from === undefined ? undefined : sql`${beside(sort, "startedAt")} >= ${from.getTime()}`, to === undefined ? undefined : sql`${beside(sort, "startedAt")} < ${to.getTime()}`);

/** The last record of the slice after this place; none: no more are left than a slice holds. */
export function endOfSlice(db: Reader, { scope, filter, sort }: ListAsked, after: Place | null, slice = SLICE) {
  const { column, by } = orderOf(sort);
  // The time is in the index of its own order alone.
  const where = and(inOrganization(scope), column === callRecords.startedAt ? inTime(filter, sort) : undefined, after === null ? undefined : behind(sort, after));
  return db.select({ value: sql<number>`${column}`, id: callRecords.id }).from(callRecords).where(where).orderBy(...by).limit(1).offset(slice - 1);
}

const within = (db: Reader, asked: ListAsked, { after, last }: Slice): SQL | undefined => and(whereOf(db, asked), after === null ? undefined : behind(asked.sort, after), last === null ? undefined : upTo(asked.sort, last));

export const recordsIn = (db: Reader, asked: ListAsked, slice: Slice) => db.select().from(callRecords).where(within(db, asked, slice)).orderBy(...orderOf(asked.sort).by);

export const countIn = (db: Reader, asked: ListAsked, slice: Slice) => db.select({ total: count() }).from(callRecords).where(within(db, asked, slice));

/** With a sign, which keeps SQLite from taking the index of this column for that of the order. */
const beside = (sort: CallLogSort, name: keyof typeof SORTED): SQL => (orderOf(sort).column === SORTED[name] ? sql`${SORTED[name]}` : sql`+${SORTED[name]}`);

function whereOf(db: Reader, { scope, filter, sort, ofFew }: ListAsked): SQL | undefined {
  const ofAgent = (agentId: string): SQL | undefined => (ofFew ? inArray(callRecords.id, callsOf(db, scope, agentId)) : or(eq(callRecords.agentId, agentId), exists(db.select({ one: sql`1` }).from(callLegs).where(and(answeredBy(agentId), eq(callLegs.callId, callRecords.id))))));
  return and(
    // The agent's calls find the records then, and the sign keeps SQLite from walking through the organization's instead.
    scope.organizationId !== null && ofFew ? sql`+${callRecords.organizationId} = ${scope.organizationId}` : inOrganization(scope),
    inTime(filter, sort),
    scope.agentId === null ? undefined : ofAgent(scope.agentId),
    filter.agent === undefined ? undefined : ofAgent(filter.agent),
    searchedBy(filter),
    filter.direction === undefined ? undefined : eq(callRecords.direction, filter.direction),
    filter.status === undefined ? undefined : eq(callRecords.status, filter.status),
    filter.department === undefined ? undefined : eq(callRecords.department, filter.department),
    filter.disposition === undefined ? undefined : eq(callRecords.disposition, filter.disposition),
    filter.minTalkMs === undefined ? undefined : sql`${beside(sort, "talkMs")} >= ${filter.minTalkMs}`,
  );
}

/** Calls with a number at either end, and with what is searched for. */
export const searchedBy = ({ numbers, found }: Pick<StoredCallLogFilter, "numbers" | "found">): SQL | undefined =>
  and(numbers === undefined ? undefined : or(inArray(callRecords.from, [...numbers]), inArray(callRecords.to, [...numbers])), found === undefined ? undefined : foundBy(found));

/** Calls with a part of a number at either end or of the caller's name, or of one of these agents. */
function foundBy({ name, number, agentIds }: NonNullable<StoredCallLogFilter["found"]>): SQL {
  const holds = (column: typeof callRecords.from | typeof callRecords.to): SQL | undefined => (number === null ? undefined : contains(column, number));
  return or(holds(callRecords.from), holds(callRecords.to), name === undefined ? undefined : contains(callRecords.fromName, name), agentIds.length === 0 ? undefined : inArray(callRecords.agentId, [...agentIds])) ?? sql`1 = 0`;
}

/** Written out as the condition of their index is, or it would not be taken. */
export const answeredBy = (agentId: string): SQL | undefined => and(eq(callLegs.agentId, agentId), sql`${callLegs.role} = 'agent'`, isNotNull(callLegs.answeredAt));

/** Calls that the agent owned last, or answered. */
export function callsOf(db: Reader, scope: Pick<CallLogScope, "organizationId">, agentId: string) {
  const owned = db.select({ id: callRecords.id }).from(callRecords).where(and(scope.organizationId === null ? undefined : eq(callRecords.organizationId, scope.organizationId), eq(callRecords.agentId, agentId)));
  return owned.union(db.select({ id: callLegs.callId }).from(callLegs).where(answeredBy(agentId)));
}
