import type { SwitchSink } from "../freeswitch/index.js";

/** Passes what the nodes tell to each listener in turn; what they tell before the listeners are there is kept for them. */
export class SwitchFan implements SwitchSink {
  #sinks: readonly SwitchSink[] | null = null;
  /** Bounded by the start: no node tells events before its first snapshot, and few of those fit into one. */
  #early: ((sink: SwitchSink) => void)[] = [];

  to(...sinks: readonly SwitchSink[]): void {
    this.#sinks = sinks;
    for (const tell of this.#early) sinks.forEach(tell);
    this.#early = [];
  }

  event: SwitchSink["event"] = (node, event) => this.#tell((sink) => sink.event(node, event));
  snapshot: SwitchSink["snapshot"] = (node, snapshot) => this.#tell((sink) => sink.snapshot(node, snapshot));
  status: SwitchSink["status"] = (node, status) => this.#tell((sink) => sink.status(node, status));

  #tell(tell: (sink: SwitchSink) => void): void {
    if (this.#sinks === null) this.#early.push(tell);
    else for (const sink of this.#sinks) tell(sink);
  }
}

/** A listener for the nodes' states alone. */
export const statusOnly = (status: SwitchSink["status"]): SwitchSink => ({ event: () => undefined, snapshot: () => undefined, status });
