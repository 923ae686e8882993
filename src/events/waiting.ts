import type { QueueView } from "./schemas.js";

interface Place {
  readonly organizationId: number;
  readonly department: string;
}

export interface QueueMove extends Place {
  readonly type: "queue.joined" | "queue.left";
  readonly queue: QueueView;
}

/** Who waits where, derived from the changes of calls. */
export class Waiting {
  /** By call. Bounded by the calls that wait. */
  readonly #places = new Map<string, Place>();
  /** By organization and department. Bounded by the calls that wait: a count of zero leaves. */
  readonly #counts = new Map<number, Map<string, number>>();

  has(callId: string): boolean {
    return this.#places.has(callId);
  }

  /** Moves a call to where it waits now, null when it does not; gives what that changed. */
  move(callId: string, to: Place | null): readonly QueueMove[] {
    const from = this.#places.get(callId) ?? null;
    if (from?.organizationId === to?.organizationId && from?.department === to?.department) return [];
    const moves: QueueMove[] = [];
    if (from !== null) {
      this.#places.delete(callId);
      moves.push({ type: "queue.left", ...from, queue: this.#count(from, -1) });
    }
    if (to !== null) {
      this.#places.set(callId, to);
      moves.push({ type: "queue.joined", ...to, queue: this.#count(to, 1) });
    }
    return moves;
  }

  /** The departments of an organization, empty ones among `departments` included, in alphabetical order. */
  queues(organizationId: number, departments: readonly string[]): readonly QueueView[] {
    const counts = this.#counts.get(organizationId);
    return [...new Set([...departments, ...(counts?.keys() ?? [])])].sort().map((name) => ({ name, waiting: counts?.get(name) ?? 0 }));
  }

  #count({ organizationId, department }: Place, step: 1 | -1): QueueView {
    let counts = this.#counts.get(organizationId);
    if (counts === undefined) this.#counts.set(organizationId, (counts = new Map<string, number>()));
    const waiting = (counts.get(department) ?? 0) + step;
    if (waiting > 0) counts.set(department, waiting);
    else counts.delete(department);
    if (counts.size === 0) this.#counts.delete(organizationId);
    return { name: department, waiting };
  }
}
