/** Single legs of an organization's calls, each with what its call's record says. */
import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, ne, notInArray, or, sql, type SQL } from "drizzle-orm";
import type { CallLeg, CallLegFilter, CallStatus } from "../call-logs/index.js";
import { causesOfUnanswered, type LegDirection } from "../freeswitch/index.js";
import type { LegNote } from "../twiml/index.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { callLegs, callRecords, legNotes } from "./schema.js";

export async function legsOf(db: Reader, organizationId: number, filter: CallLegFilter, { offset, limit }: { readonly offset: number; readonly limit: number }): Promise<readonly Omit<CallLeg, "status">[]> {
  const rows = await db
    .select({ leg: callLegs, from: callRecords.from, to: callRecords.to, answeredBy: legNotes.answeredBy, forwardedFrom: legNotes.forwardedFrom, callerName: legNotes.callerName })
    .from(callRecords)
    .innerJoin(callLegs, eq(callLegs.callId, callRecords.id))
    .leftJoin(legNotes, eq(legNotes.uuid, callLegs.channelUuid))
    .where(and(eq(callRecords.organizationId, organizationId), ne(callLegs.role, "supervisor"), whereOf(filter)))
    .orderBy(desc(callRecords.startedAt), desc(callRecords.id), desc(callLegs.startedAt), desc(callLegs.channelUuid))
    .limit(limit)
    .offset(offset);
  return rows.map(({ leg: { coreUuid: _coreUuid, source: _source, direction, ...leg }, ...more }) => ({
    ...leg,
    ...more,
    organizationId,
    direction: direction === "inbound" ? "inbound" : leg.channelUuid === leg.callId ? "api" : "dialled",
  }));
}

function whereOf({ uuid, callId, from, to, status, startedFrom, startedBefore, endedFrom, endedBefore }: CallLegFilter): SQL | undefined {
  return and(
    uuid === undefined ? undefined : eq(callLegs.channelUuid, uuid),
    callId === undefined ? undefined : and(eq(callLegs.callId, callId), ne(callLegs.channelUuid, callId)),
    from === undefined ? undefined : eq(callRecords.from, from),
    to === undefined ? undefined : or(and(eq(callLegs.direction, "outbound"), or(eq(callLegs.number, to), eq(callLegs.agentId, to))), and(eq(callLegs.direction, "inbound"), eq(callRecords.to, to))),
    status === undefined ? undefined : hasStatus(status),
    startedFrom === undefined ? undefined : gte(callLegs.startedAt, startedFrom),
    startedBefore === undefined ? undefined : lt(callLegs.startedAt, startedBefore),
    endedFrom === undefined ? undefined : gte(callLegs.endedAt, endedFrom),
    endedBefore === undefined ? undefined : lt(callLegs.endedAt, endedBefore),
  );
}

/** As `statusOfLeg` has it. */
function hasStatus(status: CallStatus): SQL | undefined {
  const unanswered = and(isNotNull(callLegs.endedAt), isNull(callLegs.answeredAt));
  if (status === "busy" || status === "no-answer" || status === "canceled") {
    const ofDirection = (direction: LegDirection): SQL | undefined => and(eq(callLegs.direction, direction), inArray(callLegs.hangupCause, [...causesOfUnanswered(status, direction)]));
    return and(unanswered, or(ofDirection("inbound"), ofDirection("outbound")));
  }
  if (status === "in-progress") return and(isNull(callLegs.endedAt), isNotNull(callLegs.answeredAt));
  if (status === "ringing") return and(isNull(callLegs.endedAt), isNull(callLegs.answeredAt));
  if (status === "completed") return and(isNotNull(callLegs.endedAt), isNotNull(callLegs.answeredAt));
  if (status === "failed") {
    const known = (direction: LegDirection): readonly string[] => (["busy", "no-answer", "canceled"] as const).flatMap((other) => causesOfUnanswered(other, direction));
    const ofDirection = (direction: LegDirection): SQL | undefined => and(eq(callLegs.direction, direction), notInArray(callLegs.hangupCause, [...known(direction)]));
    return and(unanswered, or(isNull(callLegs.hangupCause), ofDirection("inbound"), ofDirection("outbound")));
  }
  // A leg has not begun before it rings.
  return sql`0`;
}

/** What is given counts; what is not stays as it was noted before. */
export async function noteLeg(tx: Writer, { uuid, organizationId, ...known }: LegNote): Promise<void> {
  await tx.insert(legNotes).values({ uuid, organizationId, ...known }).onConflictDoUpdate({ target: legNotes.uuid, set: { organizationId, ...known } });
}
