import type { Logger } from "../logger.js";
import type { LeaseOwner, LeaseTiming, NodeLease, NodeLeases } from "./ports.js";
import { LeaseSightings, type SightingsOptions } from "./sightings.js";

export interface TakerOptions extends SightingsOptions {
  readonly leases: Pick<NodeLeases, "take">;
  readonly nodes: readonly string[];
  readonly owner: LeaseOwner;
  readonly timing: LeaseTiming;
  readonly logger: Logger;
}

/** Polls until no other process owns the nodes, and takes them. */
export class LeaseTaker {
  readonly #options: TakerOptions;
  readonly #sightings: LeaseSightings;
  /** Other processes' leases of the nodes, as last seen. */
  #obstacles: readonly NodeLease[] = [];

  constructor(options: TakerOptions) {
    this.#options = options;
    this.#sightings = new LeaseSightings(options);
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
      if (dead.length > 0 || this.#dead().length === 0) return false;
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
    return this.#obstacles.filter((lease) => this.#sightings.isDead(lease));
  }

  async #take(dead: readonly NodeLease[]): Promise<void> {
    const { leases, nodes, owner, timing } = this.#options;
    try {
      this.#obstacles = await leases.take(nodes, owner, timing.ttlMs, dead);
    } catch (error) {
      this.#sightings.forget();
      throw error;
    }
    this.#sightings.note(this.#obstacles);
  }
}
