import type { TracedCall } from "../calls/index.js";
import type { LiveCall } from "./live-call.js";
import type { RecordingRecord, TimelineEntry } from "./types.js";

/** What a batch knows of a call. */
export interface Dirty {
  readonly call: TracedCall;
  readonly live: LiveCall;
}

export interface Merge {
  readonly from: string;
  readonly into: string;
}

export interface Batch {
  readonly dirty: ReadonlyMap<string, Dirty>;
  readonly entries: readonly TimelineEntry[];
  readonly merges: readonly Merge[];
  readonly recordings: readonly RecordingRecord[];
  /** Who began a recording, by its id. */
  readonly starters: ReadonlyMap<string, string>;
}

/** What may wait of each kind for a database that takes nothing, for hours or for ever. Some 100 MB in all. */
export interface UnwrittenLimits {
  readonly entries: number;
  /** Calls that have ended; those that live are bounded by FreeSWITCH. */
  readonly ended: number;
  readonly others: number;
}

const LIMITS: UnwrittenLimits = { entries: 100_000, ended: 10_000, others: 10_000 };

/** What has been seen and is not written yet. */
export class Unwritten {
  readonly #limits: UnwrittenLimits;
  /** By call. Bounded by the live calls and `limits.ended`: `putBack` gives up the oldest. */
  #dirty = new Map<string, Dirty>();
  /** Bounded by `limits.entries`: `putBack` gives up the oldest. */
  #entries: TimelineEntry[] = [];
  /** Bounded by `limits.others`, in the same way. */
  #merges: Merge[] = [];
  /** Bounded by `limits.others`, in the same way. */
  #recordings: RecordingRecord[] = [];
  /** Bounded by `limits.others`, in the same way. */
  readonly #starters = new Map<string, string>();

  constructor(limits: UnwrittenLimits = LIMITS) {
    this.#limits = limits;
  }

  changed(call: TracedCall, live: LiveCall): void {
    this.#dirty.set(call.id, { call, live });
  }

  has(callId: string): boolean {
    return this.#dirty.has(callId);
  }

  entry(...entries: readonly TimelineEntry[]): void {
    this.#entries.push(...entries);
  }

  /** A call went into another one. */
  merged(merge: Merge): void {
    this.#dirty.delete(merge.from);
    this.#merges.push(merge);
  }

  recording(recording: RecordingRecord): void {
    this.#recordings.push(recording);
  }

  startedBy(recordingId: string, who: string): void {
    this.#starters.set(recordingId, who);
  }

  starterOf(recordingId: string): string | undefined {
    return this.#starters.get(recordingId);
  }

  /** Everything; null when there is nothing. Who began which recording is kept until `written`: the recording may be told of later. */
  take(): Batch | null {
    const batch = { dirty: this.#dirty, entries: this.#entries, merges: this.#merges, recordings: this.#recordings, starters: new Map(this.#starters) };
    if (batch.dirty.size + batch.entries.length + batch.merges.length + batch.recordings.length + batch.starters.size === 0) return null;
    this.#dirty = new Map();
    this.#entries = [];
    this.#merges = [];
    this.#recordings = [];
    return batch;
  }

  written({ starters }: Batch): void {
    for (const id of starters.keys()) this.#starters.delete(id);
  }

  /** A batch that could not be written comes first again. Gives the calls that are given up for it, and how much else was. */
  putBack({ dirty, entries, merges, recordings }: Batch): { readonly calls: readonly LiveCall[]; readonly others: number } {
    const before = this.#entries.length + this.#merges.length + this.#recordings.length + this.#starters.size + entries.length + merges.length + recordings.length;
    this.#dirty = new Map([...dirty, ...this.#dirty]);
    this.#entries = [...entries, ...this.#entries].slice(-this.#limits.entries);
    this.#merges = [...merges, ...this.#merges].slice(-this.#limits.others);
    this.#recordings = [...recordings, ...this.#recordings].slice(-this.#limits.others);
    for (const id of [...this.#starters.keys()].slice(0, Math.max(0, this.#starters.size - this.#limits.others))) this.#starters.delete(id);
    const ended = [...this.#dirty.values()].filter(({ live }) => live.ended).map(({ live }) => live);
    const calls = ended.slice(0, Math.max(0, ended.length - this.#limits.ended));
    for (const { id } of calls) this.#dirty.delete(id);
    return { calls, others: before - this.#entries.length - this.#merges.length - this.#recordings.length - this.#starters.size };
  }
}
