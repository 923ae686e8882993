/** The places of waiting callers in their departments' lines, which a view of each shows; the order is that in which the router serves them (queues/line.ts). */
import { lowerBound } from "../lower-bound.js";
import type { MutableCall } from "./call.js";

interface Place {
  readonly line: string;
  readonly priority: number;
  readonly since: number;
}

export class WaitingLines {
  /** By organization and department. Bounded by the calls that wait: a line leaves with its last one. */
  readonly #lines = new Map<string, MutableCall[]>();
  /** Bounded by the calls that wait. */
  readonly #places = new Map<MutableCall, Place>();
  /** Calls whose place another one has changed. Bounded by the calls that wait. */
  #moved = new Set<MutableCall>();

  /** Puts the call where it belongs now. */
  follow(call: MutableCall): void {
    const now = placeOf(call);
    const before = this.#places.get(call);
    if (now?.line === before?.line && now?.priority === before?.priority && now?.since === before?.since) return;
    if (before !== undefined) this.#leave(call, before);
    if (now !== null) this.#join(call, now);
    this.#moved.delete(call);
  }

  leave(call: MutableCall): void {
    const place = this.#places.get(call);
    if (place !== undefined) this.#leave(call, place);
    this.#moved.delete(call);
  }

  /** The calls whose place has changed since the last time, and that were not the reason. */
  takeMoved(): Iterable<MutableCall> {
    if (this.#moved.size === 0) return [];
    const moved = this.#moved;
    this.#moved = new Set();
    return moved;
  }

  #join(call: MutableCall, place: Place): void {
    const line = this.#lines.get(place.line) ?? [];
    this.#lines.set(place.line, line);
    const at = lowerBound(line, (other) => this.#compare(other, call.id, place) < 0);
    line.splice(at, 0, call);
    this.#places.set(call, place);
    this.#number(line, at);
  }

  #leave(call: MutableCall, place: Place): void {
    const line = this.#lines.get(place.line) ?? [];
    const at = line.indexOf(call);
    if (at >= 0) line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(place.line);
    this.#places.delete(call);
    call.position = null;
    if (at >= 0) this.#number(line, at);
  }

  #number(line: readonly MutableCall[], from: number): void {
    for (let index = from; index < line.length; index++) {
      const call = line[index];
      if (call === undefined || call.position === index + 1) continue;
      call.position = index + 1;
      this.#moved.add(call);
    }
  }

  #compare(call: MutableCall, id: string, place: Place): number {
    const other = this.#places.get(call) ?? place;
    return place.priority - other.priority || other.since - place.since || (call.id < id ? -1 : 1);
  }
}

function placeOf(call: MutableCall): Place | null {
  const { organizationId, queue, queuedAt, priority, ended } = call;
  if (ended || organizationId === null || queue === null || queuedAt === null || call.state !== "queued") return null;
  return { line: `${organizationId}/${queue}`, priority, since: queuedAt.getTime() };
}
