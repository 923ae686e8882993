/** A sorted queue of waiters. */
import { lowerBound } from "../lower-bound.js";

export interface Waiter {
  /** The call's id, or a callback's. */
  readonly id: string;
  /** Higher comes first. */
  readonly priority: number;
  /** When the caller joined, epoch milliseconds: earlier comes first. */
  readonly joinedAt: number;
}

/** Below zero when `a` is to be served before `b`. */
export function compareWaiters(a: Waiter, b: Waiter): number {
  return b.priority - a.priority || a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Kept sorted: the head is read in O(1), a place is found in O(log n). */
export class Line<T extends Waiter> {
  /** Bounded by the calls and callbacks that wait. */
  readonly #waiters: T[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  get head(): T | undefined {
    return this.#waiters[0];
  }

  add(waiter: T): void {
    this.#waiters.splice(this.ahead(waiter), 0, waiter);
  }

  /** Idempotent. */
  remove(waiter: Waiter): void {
    const place = this.ahead(waiter);
    if (this.#waiters[place]?.id === waiter.id) this.#waiters.splice(place, 1);
  }

  /** How many are to be served before this waiter, who need not be in the line. */
  ahead(waiter: Waiter): number {
    return lowerBound(this.#waiters, (other) => compareWaiters(other, waiter) < 0);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#waiters.values();
  }
}
