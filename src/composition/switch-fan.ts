import type { SwitchSink } from "../freeswitch/index.js";

/** What a listener wants to hear of. */
export type Listening = Partial<SwitchSink>;

/** Passes what the nodes tell to each listener in turn; what they tell before the listeners are there is kept for them. */
export class SwitchFan implements SwitchSink {
  #listeners: readonly Listening[] | null = null;
  /** Bounded by the start: no node tells events before its first snapshot, and few of those fit into one. */
  #early: ((listener: Listening) => void)[] = [];

  to(...listeners: readonly Listening[]): void {
    this.#listeners = listeners;
    for (const tell of this.#early) listeners.forEach(tell);
    this.#early = [];
  }

  event: SwitchSink["event"] = (node, event) => this.#tell((listener) => listener.event?.(node, event));
  snapshot: SwitchSink["snapshot"] = (node, snapshot) => this.#tell((listener) => listener.snapshot?.(node, snapshot));
  status: SwitchSink["status"] = (node, status) => this.#tell((listener) => listener.status?.(node, status));
  removed: SwitchSink["removed"] = (node) => this.#tell((listener) => listener.removed?.(node));

  #tell(tell: (listener: Listening) => void): void {
    if (this.#listeners === null) this.#early.push(tell);
    else for (const listener of this.#listeners) tell(listener);
  }
}
