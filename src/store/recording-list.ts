/** The list of recordings. Its reads hold the event loop, so each has an index to follow; one that searches in the calls looks at few recordings at a time. */
import { and, count, eq, exists, gte, inArray, isNotNull, isNull, lt, sql, type SQL } from "drizzle-orm";
import type { CallLogScope, ListedRecording, StoredRecordingFilter } from "../call-logs/index.js";
import type { TimePage } from "../pages.js";
import { callsOf, searchedBy } from "./call-log-list.js";
import { first } from "./rows.js";
import type { Reader, SqliteEngine } from "./sqlite/engine.js";
import { callRecords, recordings } from "./schema.js";
import { beyond, inOrder } from "./time-order.js";

/** Recordings that are looked at in one read. */
const SLICE = 4000;

const ORDER = { at: recordings.startedAt, id: recordings.id } as const;
const CALL = { direction: callRecords.direction, from: callRecords.from, fromName: callRecords.fromName, to: callRecords.to, agentId: callRecords.agentId, department: callRecords.department };

type Place = NonNullable<TimePage["after"]>;
type Page = Omit<TimePage, "limit"> & { readonly limit: number; readonly last?: Place | null };

/** One page, and how many the filter leaves; `last`: none behind this one. */
export function recordingList(db: Reader, scope: CallLogScope, filter: StoredRecordingFilter, { last = null, ...page }: Page) {
  const where = whereOf(db, scope, filter);
  const within = and(where, beyond(ORDER, page), last === null ? undefined : upTo(page, last));
  return {
    items: db.select({ recording: recordings, call: CALL }).from(recordings).leftJoin(callRecords, eq(callRecords.id, recordings.callId)).where(within).orderBy(...inOrder(ORDER, page)).limit(page.limit),
    total: db.select({ total: count() }).from(recordings).where(where),
    here: db.select({ total: count() }).from(recordings).where(within),
  };
}

/** The last recording of the slice that begins behind the page's place; none: no more are left than a slice holds. */
export const endOfSlice = (db: Reader, { organizationId }: CallLogScope, page: TimePage, slice: number) =>
  db.select({ at: recordings.startedAt, id: recordings.id }).from(recordings).where(and(organizationId === null ? undefined : eq(recordings.organizationId, organizationId), beyond(ORDER, page))).orderBy(...inOrder(ORDER, page)).limit(1).offset(slice - 1);

/** `slice`: how many recordings are looked at in one read where the calls are searched. */
export async function recordingsIn(engine: Pick<SqliteEngine, "read">, scope: CallLogScope, filter: StoredRecordingFilter, page: TimePage, slice = SLICE): Promise<{ readonly items: readonly ListedRecording[]; readonly total: number }> {
  const isSearched = filter.numbers !== undefined || filter.found !== undefined;
  if (!isSearched) {
    return engine.read(async (db) => {
      const list = recordingList(db, scope, filter, page);
      return { items: (await list.items).map(listed), total: (await first(list.total))?.total ?? 0 };
    });
  }
  // At most the page.
  const items: ListedRecording[] = [];
  let total = 0;
  for await (const part of slices(engine, scope, { ...page, after: null }, slice)) total += (await engine.read((db) => first(recordingList(db, scope, filter, part).here)))?.total ?? 0;
  for await (const part of slices(engine, scope, page, slice)) {
    items.push(...(await engine.read(async (db) => recordingList(db, scope, filter, { ...part, limit: page.limit - items.length }).items)).map(listed));
    if (items.length >= page.limit) break;
  }
  return { items, total };
}

async function* slices(engine: Pick<SqliteEngine, "read">, scope: CallLogScope, page: TimePage, slice: number): AsyncIterable<Page> {
  let { after } = page;
  for (;;) {
    const from = { ...page, after };
    const last: Place | null = (await engine.read((db) => first(endOfSlice(db, scope, from, slice)))) ?? null;
    yield { ...from, last };
    if (last === null) return;
    after = last;
  }
}

const listed = ({ recording, call }: { readonly recording: typeof recordings.$inferSelect; readonly call: ListedRecording["call"] }): ListedRecording => ({ ...recording, call });

const upTo = ({ newestFirst }: Pick<TimePage, "newestFirst">, { at, id }: Place): SQL => sql`(${recordings.startedAt}, ${recordings.id}) ${sql.raw(newestFirst ? ">=" : "<=")} (${at.getTime()}, ${id})`;

function whereOf(db: Reader, { organizationId, agentId }: CallLogScope, { callId, agent, department, from, to, isRemoved = false, ...search }: StoredRecordingFilter): SQL | undefined {
  const inOrganization = organizationId === null ? undefined : eq(callRecords.organizationId, organizationId);
  const ofAgent = (id: string): SQL => inArray(recordings.callId, callsOf(db, { organizationId }, id));
  const isByCall = callId !== undefined || agentId !== null || agent !== undefined;
  const found = searchedBy(search);
  return and(
    // The calls find the recordings then, and the sign keeps SQLite from walking through the organization's instead.
    organizationId === null ? undefined : isByCall ? sql`+${recordings.organizationId} = ${organizationId}` : eq(recordings.organizationId, organizationId),
    isRemoved ? isNotNull(recordings.removedAt) : isNull(recordings.removedAt),
    callId === undefined ? undefined : eq(recordings.callId, callId),
    from === undefined ? undefined : gte(recordings.startedAt, from),
    to === undefined ? undefined : lt(recordings.startedAt, to),
    agentId === null ? undefined : ofAgent(agentId),
    agent === undefined ? undefined : ofAgent(agent),
    department === undefined ? undefined : inArray(recordings.callId, db.select({ id: callRecords.id }).from(callRecords).where(and(inOrganization, eq(callRecords.department, department)))),
    found === undefined ? undefined : exists(db.select({ one: sql`1` }).from(callRecords).where(and(eq(callRecords.id, recordings.callId), found))),
  );
}
