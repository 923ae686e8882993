import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { CallIndex } from "./call-index.js";
import type { Call, MutableCall } from "./call.js";
import type { Channel } from "./channel.js";
import type { LegChange } from "./trace.js";

/** A change of a call within the room; the door makes the public CallChange of it. */
export type RegistryChange =
  | { readonly type: "created" | "updated" | "ended"; readonly call: Call }
  /** What a leg was played has ended. */
  | { readonly type: "quiet"; readonly call: Call }
  /** A waiting caller pressed the key that the department has bound. */
  | { readonly type: "key"; readonly call: Call }
  /** FreeSWITCH has parked the leg for the program that the dialplan has named. */
  | { readonly type: "program"; readonly call: Call; readonly leg: Channel }
  | { readonly type: "supervision"; readonly call: Call; readonly leg: Channel; readonly what: "started" | "idle" | "ended" };

/** Collects what an event changes, and tells it once when the registry is consistent again. */
export class Changes {
  readonly #index: CallIndex;
  readonly #listeners: Listeners<[RegistryChange]>;
  /** Bounded by the calls that one event changes. */
  readonly #dirty = new Set<MutableCall>();
  /** Bounded by the calls that one snapshot shows. */
  readonly #found = new Set<MutableCall>();
  /** The time of the event that is being applied, microseconds of FreeSWITCH's clock. */
  atUs = 0;
  readonly #legListeners: Listeners<[LegChange]>;
  readonly #moveListeners: Listeners<[Call]>;
  /** Changes of single legs. Bounded by what one event changes. */
  #legs: LegChange[] = [];
  /** Calls that were joined to another. They end after the change of the other one is told. Bounded by the calls that one event joins. */
  #joined: MutableCall[] = [];

  constructor(index: CallIndex, logger: Logger) {
    this.#index = index;
    this.#listeners = new Listeners("changes inside the calls room", logger, ({ call: { id } }) => ({ call: id }));
    this.#moveListeners = new Listeners("places in lines", logger, ({ id }) => ({ call: id }));
    this.#legListeners = new Listeners("what becomes of legs", logger, ({ leg: { uuid } }) => ({ channel: uuid }));
  }

  get at(): Date {
    return new Date(this.atUs / 1000);
  }

  onChange(handler: (change: RegistryChange) => void): () => void {
    return this.#listeners.add(handler);
  }

  onLeg(handler: (change: LegChange) => void): () => void {
    return this.#legListeners.add(handler);
  }

  /** Called with each call of which only the place in its department's line has changed. */
  onMoved(handler: (call: Call) => void): () => void {
    return this.#moveListeners.add(handler);
  }

  leg(type: Exclude<LegChange["type"], "digit">, leg: Channel): void {
    if (this.#legListeners.size > 0) this.#legs.push({ type, leg, at: this.at });
  }

  digit(leg: Channel, digit: string, durationMs: number): void {
    if (this.#legListeners.size > 0) this.#legs.push({ type: "digit", leg, at: this.at, digit, durationMs });
  }

  markDirty(call: MutableCall): void {
    this.#dirty.add(call);
  }

  /** As it was when the connection was lost: whoever waits for anything of it may look again. What was shown of it holds. */
  foundAgain(call: MutableCall): void {
    this.#found.add(call);
  }

  joined(gone: MutableCall): void {
    this.#dirty.delete(gone);
    this.#found.delete(gone);
    this.#joined.push(gone);
  }

  flush(): void {
    if (this.#dirty.size + this.#found.size > 0) this.#flushCalls();
    if (this.#legs.length === 0) return;
    const legs = this.#legs;
    this.#legs = [];
    for (const change of legs) this.#legListeners.tell(change);
  }

  #flushCalls(): void {
    const { at } = this;
    const calls = [...this.#dirty];
    const unchanged = [...this.#found].filter((call) => !this.#dirty.has(call));
    this.#dirty.clear();
    this.#found.clear();
    for (const call of calls) if (!call.ended) this.#tellChanged(call, at);
    for (const call of unchanged) if (!call.ended) this.tell({ type: "updated", call });
    const joined = this.#joined;
    this.#joined = [];
    for (const call of joined) {
      call.version++;
      call.changedAt = at;
      call.lengths.follow(call, at);
      this.tell({ type: "ended", call });
    }
    for (const call of this.#index.takeMoved()) {
      call.version++;
      call.moves++;
      this.#moveListeners.tell(call);
    }
  }

  tell(change: RegistryChange): void {
    this.#listeners.tell(change);
  }

  close(): void {
    this.#legListeners.clear();
    this.#moveListeners.clear();
    this.#listeners.clear();
  }

  #tellChanged(call: MutableCall, at: Date): void {
    call.version++;
    call.changedAt = at;
    if (call.legs.length > 0) {
      call.lengths.follow(call, at);
      call.history.follow(call, at);
      this.#index.reindex(call);
      if (call.isNew) {
        call.isNew = false;
        this.tell({ type: "created", call });
      }
      this.tell({ type: "updated", call });
      return;
    }
    call.ended = true;
    call.lengths.follow(call, at);
    this.#index.removeCall(call);
    this.tell({ type: "ended", call });
  }
}
