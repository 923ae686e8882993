/** The set of FreeSWITCH servers (DESIGN decision 7). */
import { switchUnavailable } from "../errors.js";
import { FreeswitchNode } from "./node.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import { DEFAULT_TIMING, type SwitchTiming } from "./ports.js";
import type { NodeAddress } from "./session.js";
import type { SwitchNode, SwitchNodes, SwitchSink } from "./types.js";

export interface NodesOptions {
  /** Names are unique. */
  readonly nodes: readonly NodeAddress[];
  readonly sink: SwitchSink;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "eventReceived" | "commandFinished" | "reconnected">;
  /** For tests: what differs from the product's times. */
  readonly timing?: Partial<SwitchTiming>;
}

/** Connects to all nodes, and stays connected until `close`. */
export function createNodes({ nodes, sink, logger, metrics, timing }: NodesOptions): SwitchNodes {
  const surroundings = { sink, logger, metrics, timing: { ...DEFAULT_TIMING, ...timing } };
  if (new Set(nodes.map(({ name }) => name)).size !== nodes.length) throw new TypeError("Two FreeSWITCH nodes have the same name.");
  return new NodeSet(nodes.map((address) => new FreeswitchNode(address, surroundings)));
}

class NodeSet implements SwitchNodes {
  readonly #nodes: readonly SwitchNode[];

  constructor(nodes: readonly SwitchNode[]) {
    this.#nodes = nodes;
  }

  get(name: string): SwitchNode {
    const node = this.#nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw switchUnavailable(name);
    return node;
  }

  all(): readonly SwitchNode[] {
    return this.#nodes;
  }

  isReady(name: string): boolean {
    return this.#nodes.find((node) => node.name === name)?.status().state === "ready";
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
  }
}
