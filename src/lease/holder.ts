import type { Clock } from "../clock.js";
import { CallplaneError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { LeaseOwner, LeaseTiming, NodeLeases } from "./ports.js";

export interface HolderOptions {
  readonly leases: Pick<NodeLeases, "list" | "renew" | "release">;
  readonly nodes: readonly string[];
  readonly owner: LeaseOwner;
  readonly timing: LeaseTiming;
  /** A monotonic clock, milliseconds. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** Another process owns the nodes: nothing may be commanded or written any more. */
  readonly lost: () => void;
}

/** Renews the leases, and knows whether they are still valid. */
export class LeaseHolder {
  readonly #options: HolderOptions;
  readonly #stop: () => void;
  /** When this process last ran with valid leases. */
  #aliveAt: number;
  #writtenAt: number;
  #trouble: string | null = null;
  #renewing = false;
  #doubt: Promise<void> | null = null;
  #state: "held" | "lost" | "closed" = "held";

  constructor(options: HolderOptions) {
    this.#options = options;
    const { clock, timing } = options;
    this.#aliveAt = this.#writtenAt = clock.now();
    this.#stop = clock.every(timing.renewMs, () => this.#tick());
  }

  /**
   * Must be called before a command to FreeSWITCH. Null: go on. A promise after a stall in which another process may have taken the nodes: it resolves when the
   * leases are still valid, and rejects with SwitchUnavailable otherwise. It does not wait for a locked database.
   */
  fence(): Promise<void> | null {
    const { clock, timing } = this.#options;
    if (this.#state !== "held") return Promise.reject(notOurs());
    if (this.#doubt === null && clock.now() - this.#aliveAt > timing.stallMs) {
      const doubt = this.#ask().finally(() => (this.#doubt = null));
      doubt.catch(() => undefined);
      this.#doubt = doubt;
    }
    return this.#doubt;
  }

  /** As `fence`, for writes to the database, which are allowed after the nodes were given back. */
  writeFence(): Promise<void> | null {
    return this.#state === "closed" ? null : this.fence();
  }

  /** Why the database could not be written for longer than `steadyMs`; null: it can be. */
  trouble(): string | null {
    const { clock, timing } = this.#options;
    return clock.now() - this.#writtenAt > timing.steadyMs ? (this.#trouble ?? "it does not answer") : null;
  }

  /** Gives the nodes back. Idempotent; rejects when the database does not take it. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    const held = this.#state === "held";
    this.#state = "closed";
    this.#stop();
    if (held) await this.#options.leases.release(this.#options.owner.id);
  }

  #tick(): void {
    // A loss of the nodes must be noticed without a command too.
    if (this.#state !== "held" || this.fence() !== null) return;
    this.#aliveAt = this.#options.clock.now();
    if (this.#renewing) return;
    this.#renewing = true;
    this.#renew()
      .catch(() => undefined)
      .finally(() => (this.#renewing = false));
  }

  /** Whether the lease was written; rejects with SwitchUnavailable when another process owns the nodes. */
  async #renew(): Promise<boolean> {
    const { leases, nodes, owner, timing, clock, logger } = this.#options;
    const at = clock.now();
    try {
      const held = await leases.renew(nodes, owner.id, timing.ttlMs);
      this.#require(held);
    } catch (error) {
      if (this.#state !== "held") throw error;
      if (this.#trouble === null) logger.warn({ err: error }, "the lease of the FreeSWITCH nodes could not be renewed; retrying");
      this.#trouble = reasonOf(error);
      this.#require(await this.#reads());
      return false;
    }
    this.#trouble = null;
    this.#writtenAt = at;
    return true;
  }

  /** Whether the leases are ours, by a read, which does not wait for writers; true when it fails. */
  async #reads(): Promise<boolean> {
    const { leases, nodes, owner } = this.#options;
    try {
      const all = await leases.list(nodes);
      return nodes.every((node) => all.some((lease) => lease.node === node && lease.owner?.id === owner.id));
    } catch {
      return true;
    }
  }

  /** After a stall: a lease is ours when it was renewed, or when nobody could write for a while and it still names us. */
  async #ask(): Promise<void> {
    const { clock, logger, timing } = this.#options;
    const at = clock.now();
    logger.warn({ ms: Math.round(at - this.#aliveAt) }, "this process stalled: its leases of the FreeSWITCH nodes are checked before the next command");
    const renewal = this.#renew();
    renewal.catch(() => undefined);
    const written = await Promise.race([renewal, pause(clock, timing.stallMs).then(() => false)]);
    if (!written) this.#require(await this.#reads());
    this.#aliveAt = written ? at : clock.now();
  }

  /** Throws when the leases are lost. */
  #require(held: boolean): void {
    if (this.#state === "held" && !held) {
      this.#state = "lost";
      this.#stop();
      this.#options.lost();
    }
    if (this.#state !== "held") throw notOurs();
  }
}

/** The database's own words, where there are any. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  return error.cause instanceof Error ? error.cause.message : error.message;
}

const notOurs = (): CallplaneError => new CallplaneError("SwitchUnavailable", "Another process of Callplane owns the FreeSWITCH nodes.", { retryAfterS: 1 });

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.every(ms, () => {
      stop();
      resolve();
    });
  });
}
