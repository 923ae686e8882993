/** One live call as the recorder follows it: what is in its timeline, and which of its legs have been written. */
import { isDeepStrictEqual } from "node:util";
import type { HungUpBy, TracedCall, TracedLeg } from "../calls/index.js";
import type { Phase } from "./outcome.js";
import type { CallRecordWork } from "./ports.js";
import type { RecordingRecord } from "./recording.js";
import type { CallLegRecord, CallRecord, CallStatus, Detail, TimelineEntry } from "./types.js";
import type { TimelineType } from "./timeline.js";

/** Ended legs of one call that are remembered. */
const MAX_LEGS = 200;

export class LiveCall {
  readonly id: string;
  /** By channel. Bounded by those that live and `MAX_LEGS`. */
  readonly legs = new Map<string, TracedLeg>();
  /** What has been written of each leg, so that it is not written again. Bounded by the legs. */
  readonly written = new Map<string, string>();
  /** Its record as the database has it; undefined: not known. */
  storedRecord: CallRecord | undefined = undefined;
  /** By path. Bounded by the recordings that its legs have under way. */
  readonly recordings = new Map<string, RecordingRecord>();
  /** Who started a recording that has not been seen yet, by its id. Bounded by the requests that have just been answered. */
  readonly starters = new Map<string, string>();
  /** Calls that were joined to this one. Bounded by the calls that FreeSWITCH carries. */
  readonly aliases = new Set<string>();
  phase: Phase = "none";
  /** The last state that was followed, to tell held from parked. */
  followed = "";
  /** The department in whose queue it was last. */
  queue: string | null = null;
  agentId: string | null = null;
  /** Bounded by the agents whose phones ring now. */
  readonly rung = new Set<string>();
  /** The recording policy was applied to this conversation. */
  ruled = false;
  /** Its first entries of this process have been compared with the timeline of an earlier one. */
  known = false;
  /** Its rows that the database has refused, to log each once. Bounded by its legs, and a few. */
  readonly refused = new Set<string>();
  /** It was ended through Callplane. */
  endedByRequest = false;
  ended = false;

  constructor(id: string) {
    this.id = id;
  }

  /** The entries that this change adds to the timeline. */
  follow(call: TracedCall, now: Date): TimelineEntry[] {
    for (const leg of [...call.legs, ...call.supervisorLegs]) this.legs.set(leg.uuid, leg);
    // Bounded by what one change adds.
    const entries: TimelineEntry[] = [];
    const tell = (type: TimelineType, agentId: string | null, detail: Detail = {}, at = now): void => void entries.push({ callId: this.id, at, type, agentId, detail });
    for (const agent of call.ringing) if (!this.rung.has(agent)) tell("ringing", agent);
    this.rung.clear();
    for (const agent of call.ringing) this.rung.add(agent);
    if (call.ended) return entries;
    const { state, owner } = call;
    const talking = state === "active" && call.answeredAt !== null;
    if (state === "queued" && (this.phase !== "waiting" || (this.queue !== null && call.queue !== this.queue))) {
      tell("queued", null, { department: call.queue }, call.enteredAt ?? now);
      this.phase = "waiting";
    } else if (talking && this.phase !== "talking") {
      const again = this.phase === "holding" && (owner === null || owner === this.agentId);
      tell(again ? "resumed" : "answered", owner);
      this.phase = "talking";
    } else if (talking && owner !== null && owner !== this.agentId && this.followed !== "") {
      tell("answered", owner);
    } else if ((state === "held" || state === "parked") && (this.phase !== "holding" || (this.followed !== state && this.followed !== ""))) {
      tell(state, owner ?? this.agentId);
      this.phase = "holding";
    } else if (state === "scripted" && this.phase !== "none") {
      // A program has the caller again, who neither waits nor talks to anybody.
      tell("scripted", null);
      this.phase = "none";
    }
    if (state === "queued") this.queue = call.queue;
    this.followed = state;
    if (owner !== null) this.agentId = owner;
    return entries;
  }

  /** The rows of its legs that are not as they were written, each with what is remembered of it when it is. */
  *changedLegs(): Iterable<readonly [wanted: CallLegRecord, text: string]> {
    for (const leg of this.legs.values()) {
      // A leg without a core uuid cannot be identified.
      if (leg.coreUuid === "") continue;
      const wanted = legRecord(this.id, leg);
      // JSON would spell out each date, for each leg with each change.
      const text = Object.values(wanted).map((value: unknown) => (value instanceof Date ? value.getTime() : value)).join("\n");
      if (this.written.get(leg.uuid) !== text) yield [wanted, text];
    }
  }

  /** Whether the record and the rows of its legs are in the database as they are now. */
  isStored(call: TracedCall): boolean {
    const record = this.storedRecord;
    return !this.ended && record !== undefined && isDeepStrictEqual(this.record(call, record, null), record) && [...this.changedLegs()].length === 0;
  }

  /** A write of it has failed, and may have been undone. */
  forgetWritten(): void {
    this.written.clear();
    this.storedRecord = undefined;
  }

  async writeLeg(tx: CallRecordWork, wanted: CallLegRecord, text: string): Promise<void> {
    const before = await tx.leg(wanted.coreUuid, wanted.channelUuid);
    // FreeSWITCH's own record knows better; whose leg it is, we do.
    if (before !== undefined && before.source !== "events") await tx.saveLeg({ ...before, callId: this.id, role: wanted.role, agentId: wanted.agentId, number: wanted.number, name: wanted.name ?? before.name, ring: wanted.ring ?? before.ring });
    // What was found in FreeSWITCH's table is known to the second alone.
    else await tx.saveLeg({ ...wanted, name: wanted.name ?? before?.name ?? null, startedAt: before?.startedAt ?? wanted.startedAt, answeredAt: before?.answeredAt ?? wanted.answeredAt, ring: wanted.ring ?? before?.ring ?? null });
    this.written.set(wanted.channelUuid, text);
  }

  /** For a caller who waits for a day thousands of phones ring: gives the legs, written and over, that are let go of. */
  forgetOldLegs(): readonly string[] {
    const over = [...this.legs].filter(([uuid, leg]) => leg.hungUp && leg.role !== "customer" && this.written.has(uuid)).map(([uuid]) => uuid);
    const old = over.slice(0, Math.max(0, this.legs.size - MAX_LEGS));
    for (const uuid of old) {
      this.legs.delete(uuid);
      this.written.delete(uuid);
    }
    return old;
  }

  /** The record as it stands, over what was known of it. */
  record(call: TracedCall, before: CallRecord | undefined, hungUpBy: HungUpBy | null): CallRecord {
    return {
      id: this.id,
      organizationId: call.organizationId ?? before?.organizationId ?? null,
      direction: call.direction,
      from: call.from || (before?.from ?? ""),
      fromName: call.fromName ?? before?.fromName ?? null,
      to: call.to || (before?.to ?? ""),
      department: call.department ?? before?.department ?? null,
      agentId: call.owner ?? this.agentId ?? before?.agentId ?? [...this.rung][0] ?? null,
      status: statusOf(call),
      // What was found in FreeSWITCH's table is known to the second alone.
      startedAt: before?.startedAt ?? call.createdAt,
      answeredAt: before?.answeredAt ?? call.answeredAt,
      // What was taken for its end was the end of a leg.
      endedAt: null,
      waitMs: 0,
      talkMs: 0,
      holdMs: 0,
      queueOutcome: null,
      hangupCause: null,
      hungUpBy: hungUpBy ?? (call.ended ? (before?.hungUpBy ?? null) : null),
      disposition: before?.disposition ?? null,
      note: before?.note ?? null,
      attributes: call.attributesDue ? { ...before?.attributes, ...call.attributes } : call.attributes,
      node: call.node,
      complete: false,
    };
  }
}

function statusOf(call: TracedCall): CallStatus {
  if (call.answeredAt !== null) return "in-progress";
  if (call.state === "queued") return "queued";
  if (call.state === "ringing") return call.ringing.length > 0 || call.legs.length > 1 ? "ringing" : "initiated";
  return call.state === "active" || call.state === "ended" ? "initiated" : "in-progress";
}

function legRecord(callId: string, leg: TracedLeg): CallLegRecord {
  return {
    coreUuid: leg.coreUuid,
    channelUuid: leg.uuid,
    callId,
    node: leg.node,
    role: leg.role,
    direction: leg.columns.direction === "outbound" ? "outbound" : "inbound",
    agentId: leg.agentId,
    number: leg.number,
    name: leg.callerName,
    startedAt: leg.createdAt,
    answeredAt: leg.answeredAt,
    // FreeSWITCH's own record completes an end that was not seen.
    endedAt: leg.hungUpAt,
    hangupCause: leg.hungUpAt === null ? null : leg.hangupCause,
    sipCallId: leg.sipCallId,
    ring: leg.ring,
    source: "events",
  };
}
