/** What reports count of a call, from its record and its timeline alone, so that it can be computed again at any time. */
import { PHASE_OF, phaseOf, PhaseReader, type Phase } from "./outcome.js";
import type { CallRecordWork } from "./ports.js";
import type { CallFigure, CallRecord, QueueOutcome, RefusedFigure, TimelineEntry } from "./types.js";

/** No talk and no hold is kept in a longer piece, so that what reaches into a span of time is found by where it begins. */
export const PIECE_MS = 3_600_000;
/** A longer one is the fault of a clock. */
const LONGEST_MS = 1000 * PIECE_MS;

/** Entries that a count may follow from. */
export const isCounted = ({ type }: Pick<TimelineEntry, "type">): boolean => type === "missed" || PHASE_OF[type] !== undefined;

const TAKEN: ReadonlySet<string> = new Set(["answered", "resumed", "held"]);

/** Follows one timeline from the beginning. */
class Reader {
  /** Bounded by the timeline, and the hours of the call. */
  readonly figures: CallFigure[] = [];
  readonly #phases = new PhaseReader();
  #department: string | null = null;
  /** The department has sent the caller elsewhere: leaving is no giving up. */
  #sentOn = false;
  #phase: Phase = "none";
  #begins = true;
  #since = 0;
  #agentId: string | null = null;
  readonly #gaveUp: boolean;

  /** @param gaveUp whether a caller who waits at the end of the call has ended it */
  constructor(gaveUp: boolean) {
    this.#gaveUp = gaveUp;
  }

  read({ type, at, agentId, detail }: Pick<TimelineEntry, "type" | "at" | "agentId" | "detail">): void {
    if (type === "overflowed" || type === "overflow-failed") this.#sentOn = type === "overflowed";
    const department = typeof detail["department"] === "string" ? detail["department"] : null;
    if (type === "missed") this.#add("missed", department ?? this.#department, agentId, at.getTime(), Number(detail["rangMs"] ?? 0));
    const next = this.#phases.next({ type, detail });
    // A later process may find a caller waiting who was known to wait.
    if (next === undefined || (type === "queued" && this.#phase === "waiting" && department === this.#department)) return;
    this.end(type, at.getTime(), agentId);
    this.#phase = next;
    this.#since = at.getTime();
    this.#begins = type !== "resumed";
    if (type === "queued") this.#department = department;
    if (next === "waiting" || next === "talking") this.#sentOn = false;
    if (agentId !== null || type === "answered") this.#agentId = agentId;
  }

  /** The phase ends with an entry of this type, of this agent. */
  end(type: string, at: number, agentId: string | null): void {
    const ms = Math.max(0, at - this.#since);
    if (this.#phase === "waiting") {
      const taker = TAKEN.has(type) ? agentId : null;
      // Whom an agent has not taken, but somebody outside, was sent there.
      const how = taker !== null ? "answered" : this.#sentOn || TAKEN.has(type) ? "overflowed" : type === "ended" && this.#gaveUp ? "abandoned" : "moved";
      this.#add(how, this.#department, taker, at, ms);
    } else if (this.#agentId !== null && this.#phase !== "none") {
      const kind = this.#phase === "talking" ? "talk" : "hold";
      for (let from = 0; from === 0 || from < Math.min(ms, LONGEST_MS); from += PIECE_MS) this.#add(kind, this.#department, this.#agentId, this.#since + from, Math.min(PIECE_MS, ms - from), this.#begins && from === 0);
    }
  }

  #add(kind: CallFigure["kind"], department: string | null, agentId: string | null, at: number, ms: number, begins = true): void {
    this.figures.push({ kind, department, agentId, at: new Date(at), ms: Math.round(ms), begins });
  }
}

/** A caller whom the staff hung up on, or who was lost with FreeSWITCH, has not given up. */
const hasGivenUp = ({ hungUpBy, hangupCause }: CallRecord, lost: boolean): boolean => !lost && hungUpBy !== "agent" && hangupCause !== "SYSTEM_SHUTDOWN";

/** Of a live call what is over of it. None for a call of no organization. `lost`: the caller's end was that of FreeSWITCH. */
export function figuresOf(record: CallRecord, timeline: readonly TimelineEntry[], lost = false): readonly CallFigure[] {
  if (record.organizationId === null) return [];
  const reader = new Reader(hasGivenUp(record, lost));
  const { endedAt, answeredAt, agentId, department } = record;
  const isUnseen = endedAt !== null && answeredAt !== null && !timeline.some(({ type }) => type === "answered");
  for (const entry of timeline) {
    // Of a conversation that no event has shown, the legs alone tell; when it ended is told by the record.
    if (entry.type === "ended" || (isUnseen && PHASE_OF[entry.type] !== undefined && entry.type !== "queued")) continue;
    reader.read(entry);
  }
  if (isUnseen) reader.read({ type: "answered", at: answeredAt, agentId, detail: {} });
  if (endedAt !== null) reader.end("ended", endedAt.getTime(), null);
  return isUnseen ? reader.figures.map((figure) => ({ ...figure, department: figure.department ?? department })) : reader.figures;
}

/** How the caller left the queue of the department in which the caller waited last, as reports count it; null: in none, or the caller waits there now. `lost` as with `figuresOf`. */
export function queueOutcomeOf(record: CallRecord, timeline: readonly TimelineEntry[], lost = false): QueueOutcome | null {
  if (record.endedAt === null && phaseOf(timeline) === "waiting") return null;
  const kinds = figuresOf(record, timeline, lost).flatMap(({ kind }) => (kind === "answered" || kind === "abandoned" || kind === "overflowed" || kind === "moved" ? [kind] : []));
  const last = kinds.at(-1) ?? null;
  if (last !== "overflowed") return last;
  const to = timeline.filter(({ type }) => type === "overflowed").at(-1)?.detail["to"];
  return to === "message" || to === "callback" ? to : last;
}

/** In place of what was counted of the call before. `refused`: told of rows that the database refuses, which are set aside. `lost` as with `figuresOf`. */
export async function writeFigures(tx: CallRecordWork, record: CallRecord, timeline: readonly TimelineEntry[], refused: (figures: readonly RefusedFigure[]) => void = () => undefined, lost = false): Promise<void> {
  const set = await tx.saveFigures(record, figuresOf(record, timeline, lost));
  if (set.length > 0) refused(set);
}
