/** Who waits in one department and is offered to nobody now, in the order in which they are to be served. */

import { lowerBound } from "../lower-bound.js";

export interface Waiter {
  /** The call's id, or a callback's. */
  readonly id: string;
  /** Higher comes first. */
  readonly priority: number;
  /** When the caller joined, epoch milliseconds: earlier comes first. A position is derived from these two and never stored (FREESWITCH.md). */
  readonly joinedAt: number;
}

/** Below zero when `a` is to be served before `b`. */
export function compareWaiters(a: Waiter, b: Waiter): number {
  return b.priority - a.priority || a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Kept sorted: the head is read at once, a place is found in a logarithm of the length. */
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
    this.#waiters.splice(this.#placeOf(waiter), 0, waiter);
  }

  /** Whether it was there. */
  remove(waiter: Waiter): boolean {
    const place = this.#placeOf(waiter);
    if (this.#waiters[place]?.id !== waiter.id) return false;
    this.#waiters.splice(place, 1);
    return true;
  }

  /** How many come before a waiter with this place, whether or not it is in the line. */
  ahead(waiter: Waiter): number {
    return this.#placeOf(waiter);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#waiters.values();
  }

  #placeOf(waiter: Waiter): number {
    return lowerBound(this.#waiters, (other) => compareWaiters(other, waiter) < 0);
  }
}
