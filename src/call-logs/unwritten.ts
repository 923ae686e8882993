/** Rows of calls that are not in the database yet, by call. */
import type { TracedCall } from "../calls/index.js";
import type { LiveCall } from "./live-call.js";
import type { RecordingRecord } from "./recording.js";
import type { TimelineEntry } from "./types.js";

/** How much may wait in memory while the database takes no writes: some 100 MB. */
export interface UnwrittenLimits {
  /** Rows of timelines and recordings. */
  readonly items: number;
  /** Calls that have ended; those that live are bounded by FreeSWITCH. */
  readonly ended: number;
}

const LIMITS: UnwrittenLimits = { items: 100_000, ended: 10_000 };

/** A row that a call adds besides its own and its legs'. */
export type Item =
  /** A call that was joined to this one. */
  | { readonly kind: "joined"; readonly from: string }
  | { readonly kind: "entry"; readonly entry: TimelineEntry }
  | { readonly kind: "recording"; readonly recording: RecordingRecord }
  /** Who started a recording, which may be known before or after the recording itself. */
  | { readonly kind: "starter"; readonly recording: string; readonly who: string };

/** What waits of one call. */
export interface UnwrittenCall {
  readonly id: string;
  /** The call as last seen; null when there are only acts on it, which may come after its end was written. */
  seen: { readonly call: TracedCall; readonly live: LiveCall } | null;
  /** Oldest first. Bounded by `UnwrittenLimits.items`. */
  items: Item[];
  /** It was written, but reports have not counted that yet. */
  isCountDue: boolean;
}

/** Rows of one call for the spool file. */
export type UnspooledRows = Pick<UnwrittenCall, "id" | "items">;

export class Unwritten {
  readonly #limits: UnwrittenLimits;
  readonly #giveUp: (call: UnwrittenCall) => void;
  /** Bounded by the live calls and `UnwrittenLimits`: `#makeRoom` gives up the oldest. */
  readonly #calls = new Map<string, UnwrittenCall>();
  /** Those of `#calls` that have ended, the oldest first. Bounded by `UnwrittenLimits.ended`. */
  readonly #ended = new Set<string>();
  /** Given out by `take`, and not written yet; by call. Bounded by `#calls` as it was then. */
  readonly #taken = new Map<string, UnwrittenCall>();
  /** Rows in the spool file. */
  readonly #spooled = new WeakSet<Item>();
  #spooledItems = 0;
  #items = 0;

  /** `giveUp` is called with what finds no room. */
  constructor(giveUp: (call: UnwrittenCall) => void, limits: UnwrittenLimits = LIMITS) {
    this.#giveUp = giveUp;
    this.#limits = limits;
  }

  /** Whether rows that are in the spool file are not in the database yet. */
  get hasSpooled(): boolean {
    return this.#spooledItems > 0;
  }

  /** Whether something of the call was added since `take`. */
  has(callId: string): boolean {
    return this.#calls.has(callId);
  }

  /** Whether its record, and the rows of its legs, are in the database as the call was seen last. */
  isStored(callId: string): boolean {
    const seen = this.#calls.get(callId)?.seen ?? null;
    return (this.#taken.get(callId)?.seen ?? null) === null && (seen === null || seen.live.isStored(seen.call));
  }

  /** Whether the beginning of this recording of the call is not in the database yet. */
  isStartDue(callId: string, recordingId: string): boolean {
    const isStart = (item: Item): boolean => item.kind === "recording" && item.recording.id === recordingId && item.recording.endedAt === null;
    return [this.#taken.get(callId), this.#calls.get(callId)].some((call) => call?.items.some(isStart) === true);
  }

  changed(call: TracedCall, live: LiveCall): void {
    this.#of(call.id).seen = { call, live };
    if (!call.ended) return;
    this.#ended.add(call.id);
    this.#makeRoom();
  }

  add(callId: string, ...items: readonly Item[]): void {
    if (items.length === 0) return;
    this.#of(callId).items.push(...items);
    this.#items += items.length;
    this.#makeRoom();
  }

  /** It was written, but is still to be counted. */
  countLater(callId: string): void {
    this.#of(callId).isCountDue = true;
  }

  /** A call was joined to another one, which takes over what waits of it. */
  merged(from: string, into: string): void {
    const kept = this.#of(into);
    const gone = this.#remove(from);
    if (gone !== undefined) kept.items = [...gone.items, ...kept.items];
    this.add(into, { kind: "joined", from });
  }

  /** Everything, for one write. Call `written` for each that is written, and `putBack` at the end. */
  take(): readonly UnwrittenCall[] {
    for (const [id, call] of this.#calls) this.#taken.set(id, call);
    this.#calls.clear();
    this.#ended.clear();
    return [...this.#taken.values()];
  }

  written(call: UnwrittenCall): void {
    if (this.#taken.get(call.id) !== call) return;
    this.#taken.delete(call.id);
    this.#gone(call.items);
  }

  /** Puts what was taken and not written first again. */
  putBack(): void {
    if (this.#taken.size === 0) return;
    const later = [...this.#calls.values()];
    const all = [...this.#taken.values(), ...later];
    this.#taken.clear();
    this.#calls.clear();
    this.#ended.clear();
    for (const call of all) {
      const before = this.#calls.get(call.id);
      if (before === undefined) this.#calls.set(call.id, call);
      else {
        before.seen = call.seen ?? before.seen;
        before.items = [...before.items, ...call.items];
        before.isCountDue ||= call.isCountDue;
      }
    }
    // A call that was joined to another meanwhile has no record of its own any more.
    for (const { id, items } of later) {
      for (const item of items) {
        const gone = item.kind === "joined" ? this.#remove(item.from) : undefined;
        const kept = this.#of(id);
        if (gone !== undefined) kept.items = [...gone.items, ...kept.items];
      }
    }
    for (const { id, seen } of this.#calls.values()) if (seen?.call.ended === true) this.#ended.add(id);
    this.#makeRoom();
  }

  /** What is in no spool file yet, of one call or of all. Call `spooled` with it when it is. */
  unspooled(callId?: string): readonly UnspooledRows[] {
    const calls = callId === undefined ? [...this.#taken.values(), ...this.#calls.values()] : [this.#taken.get(callId), this.#calls.get(callId)];
    return calls.flatMap((call) => {
      const items = call?.items.filter((item) => !this.#spooled.has(item)) ?? [];
      return call === undefined || items.length === 0 ? [] : [{ id: call.id, items }];
    });
  }

  /** They are in the spool file. */
  spooled(parts: readonly UnspooledRows[]): void {
    for (const { items } of parts) {
      for (const item of items) this.#spooled.add(item);
      this.#spooledItems += items.length;
    }
  }

  isSpooled(item: Item): boolean {
    return this.#spooled.has(item);
  }

  #of(id: string): UnwrittenCall {
    const known = this.#calls.get(id);
    if (known !== undefined) return known;
    const made: UnwrittenCall = { id, seen: null, items: [], isCountDue: false };
    this.#calls.set(id, made);
    return made;
  }

  #remove(id: string): UnwrittenCall | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    this.#ended.delete(id);
    return call;
  }

  #makeRoom(): void {
    for (const id of this.#ended) {
      if (this.#ended.size <= this.#limits.ended && this.#items <= this.#limits.items) return;
      const call = this.#remove(id);
      if (call !== undefined) this.#drop(call);
    }
    for (const call of this.#calls.values()) {
      if (this.#items <= this.#limits.items) return;
      if (call.seen === null) this.#calls.delete(call.id);
      if (call.items.length > 0) this.#drop({ id: call.id, seen: null, items: call.items.splice(0), isCountDue: false });
    }
  }

  #drop(call: UnwrittenCall): void {
    this.#gone(call.items);
    this.#giveUp(call);
  }

  #gone(items: readonly Item[]): void {
    this.#items -= items.length;
    for (const item of items) if (this.#spooled.has(item)) this.#spooledItems--;
  }
}
