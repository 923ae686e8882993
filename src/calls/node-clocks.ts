/**
 * The clock of each FreeSWITCH, as its events tell it. What happens to a call is dated by it alone: our clock may differ, and a process that stalled
 * reads late what happened before.
 */
export class NodeClocks {
  /** Bounded by the nodes. */
  readonly #nodes = new Map<string, { us: number; at: number }>();

  /** `us`: the stamp of an event, microseconds since the epoch. */
  seen(node: string, us: number): void {
    const known = this.#nodes.get(node);
    if (known === undefined) this.#nodes.set(node, { us, at: performance.now() });
    else {
      known.us = us;
      known.at = performance.now();
    }
  }

  /** It is followed no more. */
  forget(node: string): void {
    this.#nodes.delete(node);
  }

  /** Microseconds since the epoch; by our clock until the node has told something. */
  nowUs(node: string): number {
    const known = this.#nodes.get(node);
    return known === undefined ? Date.now() * 1000 : known.us + (performance.now() - known.at) * 1000;
  }
}
