import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { CallIndex } from "./call-index.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";

/** What changed about a call, for those inside the room; the door makes the public CallChange of it. */
export type RegistryChange =
  | { readonly type: "created" | "updated" | "ended"; readonly call: Call }
  /** A waiting caller pressed the key that her department has bound. */
  | { readonly type: "key"; readonly call: Call }
  | { readonly type: "spy"; readonly call: Call; readonly leg: Channel; readonly what: "started" | "idle" | "ended" };

/** Collects what an event changes and tells it once, when the registry holds all of it. */
export class Changes {
  readonly #index: CallIndex;
  readonly #listeners: Listeners<[RegistryChange]>;
  /** Bounded by the calls that one event changes. */
  readonly #dirty = new Set<Call>();
  /** When what is being taken in happened, microseconds of FreeSWITCH's clock. */
  atUs = 0;
  /** Calls that were joined to another, told as ended once the other's change has been told. Bounded by the calls that one event joins. */
  #joined: Call[] = [];

  constructor(index: CallIndex, logger: Logger) {
    this.#index = index;
    this.#listeners = new Listeners("changes inside the calls room", logger, ({ call: { id } }) => ({ call: id }));
  }

  get at(): Date {
    return new Date(this.atUs / 1000);
  }

  /** Handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onChange(handler: (change: RegistryChange) => void): () => void {
    return this.#listeners.add(handler);
  }

  markDirty(call: Call): void {
    this.#dirty.add(call);
  }

  joined(gone: Call): void {
    this.#dirty.delete(gone);
    this.#joined.push(gone);
  }

  flush(): void {
    if (this.#dirty.size === 0) return;
    const { at } = this;
    const calls = [...this.#dirty];
    this.#dirty.clear();
    for (const call of calls) if (!call.ended) this.#tellChanged(call, at);
    const joined = this.#joined;
    this.#joined = [];
    for (const call of joined) {
      call.changedAt = at;
      this.tell({ type: "ended", call });
    }
  }

  tell(change: RegistryChange): void {
    this.#listeners.tell(change);
  }

  close(): void {
    this.#listeners.clear();
  }

  #tellChanged(call: Call, at: Date): void {
    call.version++;
    call.changedAt = at;
    if (call.legs.length > 0) {
      this.#index.reindex(call);
      this.tell({ type: "updated", call });
      return;
    }
    call.ended = true;
    this.#index.removeCall(call);
    this.tell({ type: "ended", call });
  }
}
