/** The list of recordings. Its reads hold the event loop, so each has an index to follow. */
import { and, count, eq, gte, inArray, isNotNull, isNull, lt, sql, type SQL } from "drizzle-orm";
import type { CallLogScope, RecordingFilter } from "../call-logs/index.js";
import type { TimePage } from "../pages.js";
import type { Reader } from "./sqlite/engine.js";
import { callsOf } from "./call-log-list.js";
import { callRecords, recordings } from "./schema.js";
import { beyond, inOrder } from "./time-order.js";

/** One page, and how many the filter leaves. */
export function recordingList(db: Reader, scope: CallLogScope, filter: RecordingFilter, page: TimePage) {
  const where = whereOf(db, scope, filter);
  const order = { at: recordings.startedAt, id: recordings.id };
  return {
    items: db.select().from(recordings).where(and(where, beyond(order, page))).orderBy(...inOrder(order, page)).limit(page.limit),
    total: db.select({ total: count() }).from(recordings).where(where),
  };
}

function whereOf(db: Reader, { organizationId, agentId }: CallLogScope, { callId, agent, department, from, to, isRemoved = false }: RecordingFilter): SQL | undefined {
  const inOrganization = organizationId === null ? undefined : eq(callRecords.organizationId, organizationId);
  const ofAgent = (id: string): SQL => inArray(recordings.callId, callsOf(db, { organizationId }, id));
  const isByCall = callId !== undefined || agentId !== null || agent !== undefined;
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
  );
}
