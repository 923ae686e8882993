/** The outcome of a call, from its legs and its timeline alone, so that it can be computed again at any time. */
import { endCause } from "../calls/index.js";
import { unansweredStatus } from "../freeswitch/index.js";
import type { CallLeg, CallLegRecord, CallRecord, CallStatus, TimelineEntry } from "./types.js";

/** What the caller experiences. */
export type Phase = "waiting" | "talking" | "holding" | "none";

/** The phase that an entry of this type begins. */
export const PHASE_OF: Readonly<Record<string, Phase>> = { queued: "waiting", answered: "talking", resumed: "talking", held: "holding", parked: "holding", scripted: "none", ended: "none" };

/** Follows a timeline from the beginning. A caller who leaves a message is parked, and on nobody's hold. */
export class PhaseReader {
  #leavesMessage = false;

  /** The phase that this entry begins; undefined: none. */
  next({ type, detail }: Pick<TimelineEntry, "type" | "detail">): Phase | undefined {
    const phase = PHASE_OF[type];
    if (type === "overflowed") this.#leavesMessage = detail["to"] === "message";
    else if (type === "overflow-failed" || phase === "waiting" || phase === "talking") this.#leavesMessage = false;
    return type === "parked" && this.#leavesMessage ? "none" : phase;
  }
}

/** The phase after these entries. */
export function phaseOf(timeline: readonly TimelineEntry[]): Phase {
  return timeline.reduce<Phase>((phase, { type }) => PHASE_OF[type] ?? phase, "none");
}

/** Null while one of its legs has no end. */
export function outcomeOf(record: CallRecord, legs: readonly CallLegRecord[], timeline: readonly TimelineEntry[]): CallRecord | null {
  // Whom FreeSWITCH has not called has taken no part, unless nobody else was to.
  const parties = legs.filter((leg) => leg.role !== "supervisor" && (leg.source !== "unmade" || leg.channelUuid === record.id));
  const ends = parties.map((leg) => leg.endedAt);
  if (parties.length === 0 || legs.some((leg) => leg.endedAt === null)) return null;
  const endedAt = new Date(Math.max(...ends.map((end) => end?.getTime() ?? 0)));
  const complete = legs.every((leg) => leg.source !== "events");
  const begun = parties.map((leg) => leg.startedAt.getTime());
  // The times of a call that was found are exact to the second only, until FreeSWITCH's own records have come.
  const startedAt = new Date(Math.min(...(complete ? begun : [record.startedAt.getTime(), ...begun]), endedAt.getTime()));
  const answeredAt = answer(record.answeredAt, conversationSince(parties), startedAt, endedAt);
  const seen = timeline.some(({ type }) => type === "answered");
  const spent = seen || answeredAt === null ? spentIn(timeline, startedAt, endedAt) : { ...spentIn(timeline.filter(({ type }) => type === "queued"), startedAt, answeredAt), talking: endedAt.getTime() - answeredAt.getTime() };
  return {
    ...record,
    startedAt,
    answeredAt,
    endedAt,
    agentId: record.agentId ?? agentOf(parties),
    status: statusOf(record, parties, answeredAt),
    waitMs: Math.max(0, Math.round(spent.waiting)),
    talkMs: Math.max(0, Math.round(spent.talking)),
    holdMs: Math.max(0, Math.round(spent.holding)),
    hangupCause: endCause(record.id, parties.map((leg) => ({ uuid: leg.channelUuid, role: leg.role, direction: leg.direction, answered: leg.answeredAt !== null, cause: leg.hangupCause })), answeredAt !== null),
    hungUpBy: record.hungUpBy ?? "system",
    complete,
  };
}

/** The start of the conversation as it was seen, unless FreeSWITCH's stamps of the legs contradict it. */
function answer(seen: Date | null, since: Date | null, startedAt: Date, endedAt: Date): Date | null {
  if (seen === null || seen > endedAt || (since !== null && seen < since)) return since ?? (seen === null ? null : endedAt);
  return seen < startedAt ? startedAt : seen;
}

/** Two parties were connected when the second of them had answered, and both were still there. */
function conversationSince(parties: readonly CallLegRecord[]): Date | null {
  const answered = parties.filter((leg) => leg.answeredAt !== null);
  let since: Date | null = null;
  for (const one of answered) {
    for (const other of answered) {
      if (one === other || one.answeredAt === null || other.answeredAt === null || one.channelUuid === other.channelUuid) continue;
      const from = one.answeredAt > other.answeredAt ? one.answeredAt : other.answeredAt;
      const overlap = [one, other].every((leg) => leg.endedAt === null || leg.endedAt > from);
      if (overlap && (since === null || from < since)) since = from;
    }
  }
  return since;
}

function spentIn(timeline: readonly TimelineEntry[], startedAt: Date, endedAt: Date): Record<Phase, number> {
  const spent: Record<Phase, number> = { waiting: 0, talking: 0, holding: 0, none: 0 };
  const within = (at: Date): number => Math.min(Math.max(at.getTime(), startedAt.getTime()), endedAt.getTime());
  let phase: Phase = "none";
  let since = 0;
  const reader = new PhaseReader();
  for (const entry of timeline) {
    const { at } = entry;
    const next = reader.next(entry);
    if (next === undefined) continue;
    spent[phase] += Math.max(0, within(at) - since);
    phase = next;
    since = within(at);
  }
  spent[phase] += Math.max(0, endedAt.getTime() - since);
  return spent;
}

function agentOf(parties: readonly CallLegRecord[]): string | null {
  const agents = parties.filter((leg) => leg.role === "agent" && leg.agentId !== null);
  return (agents.filter((leg) => leg.answeredAt !== null).at(-1) ?? agents.at(-1))?.agentId ?? null;
}

function statusOf(record: CallRecord, parties: readonly CallLegRecord[], answeredAt: Date | null): CallStatus {
  if (answeredAt !== null) return "completed";
  const callers = parties.filter((leg) => leg.role === "customer" && leg.direction === "inbound");
  // `seeds/001_a9d9437cdc2741c7.txt`: an incoming call was disconnected by the calling party, from the ringing or from the queue.
  if (callers.some((leg) => leg.hangupCause !== "NORMAL_CLEARING" && endOf(leg) === "canceled")) return "canceled";
  if (record.department !== null && callers.some((leg) => leg.hangupCause === "NORMAL_CLEARING")) return "canceled";
  const called = parties.filter((leg) => leg.direction === "outbound");
  const ends = new Set((called.length > 0 ? called : parties).map(endOf));
  // What says most to whoever called.
  for (const status of ["busy", "no-answer", "canceled"] as const) if (ends.has(status)) return status;
  // Announcements and the like: the call was carried, though no agent talked.
  if (callers.some((leg) => leg.answeredAt !== null && leg.hangupCause === "NORMAL_CLEARING")) return "completed";
  return "failed";
}

/** What became of a leg of a call in which nobody talked: one that was answered in vain ends as its cause says, unless that is the ordinary one. */
function endOf({ answeredAt, hangupCause, direction }: CallLegRecord): CallStatus {
  if (answeredAt !== null && hangupCause === "NORMAL_CLEARING") return "completed";
  return unansweredStatus(hangupCause ?? "", direction);
}

/** What became of one leg, whatever became of its call. */
export function statusOfLeg({ answeredAt, endedAt, hangupCause, direction }: Pick<CallLeg, "answeredAt" | "endedAt" | "hangupCause" | "direction">): CallStatus {
  if (endedAt === null) return answeredAt === null ? "ringing" : "in-progress";
  return answeredAt === null ? unansweredStatus(hangupCause ?? "", direction === "inbound" ? "inbound" : "outbound") : "completed";
}
