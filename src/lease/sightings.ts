import type { Clock } from "../clock.js";
import type { LeaseTiming, NodeLease } from "./ports.js";

export interface SightingsOptions {
  readonly timing: Pick<LeaseTiming, "ttlMs" | "steadyMs" | "pauseMs">;
  /** A monotonic clock, milliseconds. */
  readonly clock: Clock;
  /** Whether the process of this mark has certainly ended. */
  readonly isGone: (mark: string | null) => boolean;
}

/** A lease as it was first seen. */
interface Sighting {
  readonly lease: NodeLease;
  readonly since: number;
}

export const isSame = (a: NodeLease, b: NodeLease): boolean => a.node === b.node && a.epoch === b.epoch && a.renewals === b.renewals && a.owner?.id === b.owner?.id;

/**
 * Tells the leases whose owners live no more. An expired lease alone is no proof, because a locked database may have kept its owner from renewing it. So it must
 * stay unchanged for a while in which the database could be written.
 */
export class LeaseSightings {
  readonly #options: SightingsOptions;
  /** By node; those of one look. */
  #seen: ReadonlyMap<string, Sighting> = new Map();
  #lastLookAt = -Infinity;

  constructor(options: SightingsOptions) {
    this.#options = options;
  }

  /** These are the leases now, read while the database could be written. */
  note(leases: readonly NodeLease[]): void {
    const now = this.#options.clock.now();
    const before = this.#isPaused(now) ? new Map<string, Sighting>() : this.#seen;
    this.#lastLookAt = now;
    this.#seen = new Map(
      leases.map((lease) => {
        const sighting = before.get(lease.node);
        return [lease.node, sighting !== undefined && isSame(sighting.lease, lease) ? sighting : { lease, since: now }];
      }),
    );
  }

  /** The database could not be written. */
  forget(): void {
    this.#seen = new Map();
  }

  /** Whether looks are worth while: a lease that is neither expired nor of a process that is certainly gone has an owner. */
  isDoubtful(lease: NodeLease): boolean {
    return lease.expired || this.#options.isGone(lease.owner?.mark ?? null);
  }

  /** As of the last look. */
  isDead(lease: NodeLease): boolean {
    const { timing, clock, isGone } = this.#options;
    if (isGone(lease.owner?.mark ?? null)) return true;
    const sighting = this.#seen.get(lease.node);
    if (sighting === undefined || !isSame(sighting.lease, lease) || this.#isPaused(clock.now())) return false;
    // If the database's clock was set back, the lease may expire much too late.
    return this.#lastLookAt - sighting.since >= (lease.expired ? timing.steadyMs : timing.ttlMs + timing.steadyMs);
  }

  #isPaused(now: number): boolean {
    return now - this.#lastLookAt > this.#options.timing.pauseMs;
  }
}
