/** Single legs of an organization's calls, each with what its call's record says. */
import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, ne, notInArray, or, sql, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { CallLeg, CallLegFilter, CallStatus } from "../call-logs/index.js";
import { causesOfUnanswered, HANGUP_CAUSES, saysOfPhone, type LegDirection } from "../freeswitch/index.js";
import type { LegNote } from "../twiml/index.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { insertion } from "./sqlite/insertion.js";
import { callLegs, callRecords, legNotes } from "./schema.js";

/** Those of the ringing whose leg is shown. */
const phones = alias(callLegs, "phones");
/** By which programs know it. */
const named = sql<string>`coalesce(${callLegs.ring}, ${callLegs.channelUuid})`;
const SAYING = Object.keys(HANGUP_CAUSES).filter(saysOfPhone);

/**
 * Of the legs that one ringing has made, the one that stands for it comes first: who answered; then whoever rings still; then as its end is told, one that was called off before one
 * whose phone has said why, and the first of those.
 */
const standing = (legs: typeof callLegs | typeof phones): readonly SQL[] => {
  const cause = sql`coalesce(${legs.hangupCause}, '')`;
  return [
    asc(sql`${isNull(legs.answeredAt)} or ${cause} = 'LOSE_RACE'`),
    asc(isNotNull(legs.endedAt)),
    asc(sql`case when ${inArray(cause, [...causesOfUnanswered("canceled", "outbound")])} then 0 when ${inArray(cause, SAYING)} then 1 else 2 end`),
  ];
};

/** One leg of each ringing stands for it. */
function standsForItsRinging(db: Reader): SQL | undefined {
  const ofRinging = and(eq(phones.ring, callLegs.ring), eq(phones.callId, callLegs.callId), ne(phones.role, "supervisor"));
  const first = db.select({ coreUuid: phones.coreUuid, channelUuid: phones.channelUuid }).from(phones).where(ofRinging).orderBy(...standing(phones), asc(phones.startedAt), insertion).limit(1);
  return or(isNull(callLegs.ring), sql`(${callLegs.coreUuid}, ${callLegs.channelUuid}) = (${first})`);
}

export async function legsOf(db: Reader, organizationId: number, filter: CallLegFilter, { offset, limit }: { readonly offset: number; readonly limit: number }): Promise<readonly Omit<CallLeg, "status">[]> {
  const rows = await db
    .select({ leg: callLegs, uuid: named, from: callRecords.from, to: callRecords.to, answeredBy: legNotes.answeredBy, forwardedFrom: legNotes.forwardedFrom, callerName: legNotes.callerName })
    .from(callRecords)
    .innerJoin(callLegs, eq(callLegs.callId, callRecords.id))
    .leftJoin(legNotes, eq(legNotes.uuid, named))
    .where(and(eq(callRecords.organizationId, organizationId), ne(callLegs.role, "supervisor"), whereOf(db, filter)))
    .orderBy(...(filter.uuid === undefined ? [] : standing(callLegs)), desc(callRecords.startedAt), desc(callRecords.id), desc(callLegs.startedAt), desc(callLegs.channelUuid))
    .limit(limit)
    .offset(offset);
  return rows.map(({ leg: { coreUuid: _coreUuid, source: _source, ring: _ring, name: _name, direction, ...leg }, uuid, ...more }) => ({
    ...leg,
    ...more,
    uuid,
    organizationId,
    direction: direction === "inbound" ? "inbound" : uuid === leg.callId ? "api" : "dialled",
  }));
}

function whereOf(db: Reader, { uuid, callId, from, to, status, startedFrom, startedBefore, endedFrom, endedBefore }: CallLegFilter): SQL | undefined {
  return and(
    // One of several phones has a uuid of its own, under which it is asked for alone.
    uuid === undefined ? standsForItsRinging(db) : or(and(eq(callLegs.channelUuid, uuid), or(isNull(callLegs.ring), ne(callLegs.ring, uuid))), and(eq(callLegs.ring, uuid), standsForItsRinging(db))),
    callId === undefined ? undefined : and(eq(callLegs.callId, callId), ne(named, callId)),
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
