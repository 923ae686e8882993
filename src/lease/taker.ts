import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { LeaseOwner, LeaseTiming, NodeLease, NodeLeases } from "./ports.js";

export interface TakerOptions {
  readonly leases: Pick<NodeLeases, "take">;
  readonly nodes: readonly string[];
  readonly owner: LeaseOwner;
  readonly timing: LeaseTiming;
  /** A monotonic clock, milliseconds. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the process of this mark has certainly ended. */
  readonly isGone: (mark: string | null) => boolean;
}

/** A lease as it was first seen. */
interface Sighting {
  readonly lease: NodeLease;
  readonly since: number;
}

export const isSame = (a: NodeLease, b: NodeLease): boolean => a.epoch === b.epoch && a.renewals === b.renewals && a.owner?.id === b.owner?.id;

/**
 * Polls until no other process owns the nodes, and takes them. An expired lease alone is no proof, because a locked database may have kept its owner from renewing
 * it. So it must stay unchanged for a while in which the database could be written.
 */
export class LeaseTaker {
  readonly #options: TakerOptions;
  /** By node. Bounded by the nodes of the configuration. */
  readonly #seen = new Map<string, Sighting>();
  /** Other processes' leases of the nodes, as last seen. */
  #obstacles: readonly NodeLease[] = [];
  #lastLookAt = -Infinity;

  constructor(options: TakerOptions) {
    this.#options = options;
  }

  get obstacles(): readonly NodeLease[] {
    return this.#obstacles;
  }

  /** One poll; true when the nodes are taken. Rejects as the store does. */
  async look(): Promise<boolean> {
    for (;;) {
      const dead = this.#dead();
      await this.#take(dead);
      if (this.#obstacles.length === 0) return true;
      // The lease of a process that has certainly ended can be taken at once; a lease that changed meanwhile waits for the next poll.
      if (dead.length > 0 || !this.#obstacles.some((lease) => this.#isDead(lease))) return false;
    }
  }

  /** Polls until the nodes are taken; resolves to false when the signal is aborted before. */
  untilTaken(signal: AbortSignal): Promise<boolean> {
    const { clock, timing, logger } = this.#options;
    return new Promise((resolve) => {
      let looking = false;
      const end = (taken: boolean): void => {
        stop();
        signal.removeEventListener("abort", abort);
        resolve(taken);
      };
      const abort = (): void => {
        // A poll under way may still take them, and ends the waiting then.
        if (!looking) end(false);
      };
      const stop = clock.every(timing.lookMs, () => {
        if (looking) return;
        looking = true;
        this.look()
          .catch((error: unknown) => {
            logger.debug({ err: error }, "the leases of the FreeSWITCH nodes could not be read");
            return false;
          })
          .then((taken) => {
            looking = false;
            if (taken || signal.aborted) end(taken);
          })
          .catch(() => undefined);
      });
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
    });
  }

  #dead(): readonly NodeLease[] {
    return this.#obstacles.filter((lease) => this.#isDead(lease));
  }

  #isDead(lease: NodeLease): boolean {
    const { timing, clock, isGone } = this.#options;
    if (isGone(lease.owner?.mark ?? null)) return true;
    const sighting = this.#seen.get(lease.node);
    if (sighting === undefined || !isSame(sighting.lease, lease)) return false;
    const steadyMs = this.#lastLookAt - sighting.since;
    if (clock.now() - this.#lastLookAt > timing.pauseMs) return false;
    // If the database's clock was set back, the lease may expire much too late.
    return steadyMs >= (lease.expired ? timing.steadyMs : timing.ttlMs + timing.steadyMs);
  }

  async #take(dead: readonly NodeLease[]): Promise<void> {
    const { leases, nodes, owner, timing, clock } = this.#options;
    try {
      this.#obstacles = await leases.take(nodes, owner, timing.ttlMs, dead);
    } catch (error) {
      this.#seen.clear();
      throw error;
    }
    const now = clock.now();
    if (now - this.#lastLookAt > timing.pauseMs) this.#seen.clear();
    this.#lastLookAt = now;
    for (const lease of this.#obstacles) {
      const sighting = this.#seen.get(lease.node);
      if (sighting === undefined || !isSame(sighting.lease, lease)) this.#seen.set(lease.node, { lease, since: now });
    }
  }
}
