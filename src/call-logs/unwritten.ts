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

export class Unwritten {
  readonly #limits: UnwrittenLimits;
  readonly #giveUp: (call: UnwrittenCall) => void;
  /** Bounded by the live calls and `UnwrittenLimits`: `#makeRoom` gives up the oldest. */
  readonly #calls = new Map<string, UnwrittenCall>();
  /** Those of `#calls` that have ended, the oldest first. Bounded by `UnwrittenLimits.ended`. */
  readonly #ended = new Set<string>();
  /** Given out by `take`, and not written yet. */
  #taken = new Set<UnwrittenCall>();
  /** Rows in the spool file. */
  readonly #spooled = new WeakSet<Item>();
  #items = 0;

  /** `giveUp` is called with what finds no room. */
  constructor(giveUp: (call: UnwrittenCall) => void, limits: UnwrittenLimits = LIMITS) {
    this.#giveUp = giveUp;
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#calls.size + this.#taken.size === 0;
  }

  /** Whether something of the call was added since `take`. */
  has(callId: string): boolean {
    return this.#calls.has(callId);
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
    const taken = [...this.#calls.values()];
    this.#taken = new Set(taken);
    this.#calls.clear();
    this.#ended.clear();
    return taken;
  }

  written(call: UnwrittenCall): void {
    if (this.#taken.delete(call)) this.#items -= call.items.length;
  }

  /** Puts what was taken and not written first again. */
  putBack(): void {
    if (this.#taken.size === 0) return;
    const later = [...this.#calls.values()];
    const all = [...this.#taken, ...later];
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

  /** What is in no spool file yet; from now on it counts as spooled. */
  toSpool(): readonly Pick<UnwrittenCall, "id" | "items">[] {
    const parts = [...this.#taken, ...this.#calls.values()].map(({ id, items }) => ({ id, items: items.filter((item) => !this.#spooled.has(item)) })).filter(({ items }) => items.length > 0);
    for (const { items } of parts) for (const item of items) this.#spooled.add(item);
    return parts;
  }

  /** Whether another process may have written it to the database, from the spool file. */
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
    this.#items -= call.items.length;
    this.#giveUp(call);
  }
}
