import type { DomainEvent } from "../../events/index.js";
import type { Audience } from "./audience.js";
import { Frame, Frames } from "./frame.js";
import { Ring, type RingLimits } from "./ring.js";
import { Space } from "./space.js";
import type { EventData, EventType } from "./schemas.js";

/** The cost of one map slot of an entry, bytes, roughly. */
const SLOT_BYTES = 64;

/** One event for one or more audiences; the same change may show as different events to different ones. */
export type Showing = { [T in EventType]: { readonly type: T; readonly data: EventData<T>; readonly to: ReadonlySet<Audience> } }[EventType];


const ID = /^([A-Za-z0-9]{1,32})-(\d{1,15})$/;

/** The numbered stream of events: ids, the ring of the latest ones, and frames not yet offered to readers. */
export class Stream {
  readonly boot: string;
  readonly ring: Ring;
  /** Bounded by the audiences, until the end of this turn of the event loop. */
  #dirty = new Set<Audience>();
  /** Told since the last flush. Bounded by the events of one moment. */
  #fresh: Frame[] = [];
  readonly #space = new Space();
  /** Sets of audiences whose cost has been counted: the next entry shares them. They are gone with the entries of the ring. */
  readonly #counted = new WeakSet<ReadonlySet<Audience>>();
  #published = 0;

  /** `newest`: the number of the newest event before the first of this stream. */
  constructor(boot: string, limits: RingLimits, newest: number) {
    this.boot = boot;
    this.ring = new Ring(limits);
    this.ring.skip(newest);
  }

  /** How many events at least one audience saw since the start. */
  get published(): number {
    return this.#published;
  }

  get hasPending(): boolean {
    return this.#dirty.size > 0;
  }

  idOf(seq: number): string {
    return `${this.boot}-${seq}`;
  }

  /** Number of an id of this stream; null for anything else. */
  seqOf(id: string): number | null {
    const [, boot, seq] = ID.exec(id) ?? [];
    return boot !== this.boot || seq === undefined ? null : Number(seq);
  }

  /** Keeps each audience's frame under the event's number; `showings` is empty for an event that nobody sees. */
  append({ seq, at, organization }: Pick<DomainEvent, "seq" | "at" | "organization">, showings: readonly Showing[]): void {
    const kept = showings.filter(({ to }) => to.size > 0).map(({ type, data, to }) => ({ frame: new Frame({ id: this.idOf(seq), type, at, organization, data }), to }));
    let bytes = SLOT_BYTES;
    for (const { frame, to } of kept) {
      bytes += frame.bytes + SLOT_BYTES * (this.#counted.has(to) ? 1 : to.size + 1);
      this.#counted.add(to);
      this.#fresh.push(frame);
      const told = { seq, frame };
      for (const audience of to) {
        audience.pending.push(told);
        this.#dirty.add(audience);
      }
    }
    if (kept.length > 0) this.#published += 1;
    this.ring.push({ seq, showings: kept, bytes });
  }

  /** Offers the pending frames to the readers. */
  flush(): void {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    const upTo = this.ring.newest;
    for (const audience of dirty) {
      const batch = audience.pending;
      audience.pending = [];
      const frames = new Frames(batch.map(({ frame }) => frame), this.#space);
      // One that is ended meanwhile leaves the set, which an iteration bears.
      for (const reader of audience.readers) reader.offer(batch, frames, upTo);
    }
    for (const frame of this.#fresh) frame.release();
    this.#fresh = [];
    this.#space.end();
  }
}
