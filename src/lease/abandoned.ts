import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { LeaseOwner, LeaseTiming, NodeLease, NodeLeases } from "./ports.js";
import { isSame } from "./sightings.js";

/** What was left on nodes. */
export interface LeftOnNodes {
  /** Other processes' nodes on which something was left. */
  nodes(): Promise<readonly string[]>;
  /** Ends it. */
  end(node: string): Promise<void>;
}

export interface AbandonedNodesOptions {
  readonly leases: Pick<NodeLeases, "abandoned" | "take" | "release">;
  readonly left: LeftOnNodes;
  readonly owner: Omit<LeaseOwner, "id">;
  readonly timing: Pick<LeaseTiming, "abandonedMs">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Looks in each span of `abandonedMs`. */
const LOOKS = 10;
/** A process that begins to follow the node waits so long at most, if this one is killed meanwhile. */
const HELD_MS = 60_000;

/**
 * Ends what was left on nodes that no process has had for long, as when a node was taken out of FREESWITCH_NODES. It has the node's lease meanwhile, so that no process
 * begins to follow the node, and no two of them end the same. A lease must be the same at two looks: its owner may have been kept from renewing it.
 */
export class AbandonedNodes {
  readonly #options: AbandonedNodesOptions;
  /** By node, as it was at the last look. */
  #seen: ReadonlyMap<string, NodeLease> = new Map();
  #looking: Promise<void> | null = null;
  readonly #stop: () => void;

  constructor(options: AbandonedNodesOptions) {
    this.#options = options;
    const { clock, timing } = options;
    this.#stop = clock.every(timing.abandonedMs / LOOKS, () => {
      this.#looking ??= this.look().finally(() => (this.#looking = null));
    });
  }

  /** Resolves when what was begun is done. Idempotent. */
  async close(): Promise<void> {
    this.#stop();
    await this.#looking;
  }

  /** One look. Never rejects. */
  async look(): Promise<void> {
    const { leases, left, timing, logger } = this.#options;
    try {
      const nodes = await left.nodes();
      const abandoned = nodes.length === 0 ? [] : await leases.abandoned(nodes, timing.abandonedMs);
      const before = this.#seen;
      this.#seen = new Map(abandoned.map((lease) => [lease.node, lease]));
      for (const lease of abandoned) {
        const seen = before.get(lease.node);
        if (seen !== undefined && isSame(seen, lease)) await this.#end(lease);
      }
    } catch (error) {
      logger.warn({ err: error }, "what was left on nodes that no process has could not be ended; it is tried again");
    }
  }

  async #end(lease: NodeLease): Promise<void> {
    const { leases, left, owner, logger } = this.#options;
    const id = randomUUID();
    if ((await leases.take([lease.node], { ...owner, id }, HELD_MS, [lease])).length > 0) return;
    try {
      logger.warn({ node: lease.node }, "no process has this node any more: what was left on it ends");
      await left.end(lease.node);
    } finally {
      await leases.release(id);
    }
  }
}
