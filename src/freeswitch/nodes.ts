/** The set of FreeSWITCH servers (DESIGN decision 7). */
import { switchUnavailable } from "../errors.js";
import { FreeswitchNode, type NodeSurroundings } from "./node.js";
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
  readonly metrics: Pick<Metrics, "eventReceived" | "commandFinished" | "reconnected" | "nodeRemoved">;
  /** Channel variables that are read besides those that Callplane needs; each passes `refusedVariable`. */
  readonly variables?: readonly string[];
  /** For tests: other times than the product's. */
  readonly timing?: Partial<SwitchTiming>;
  /** Called before each command: null, or a promise that rejects when another process owns the nodes. */
  readonly fence?: () => Promise<void> | null;
}

/** Connects to all nodes, and stays connected until `close`. */
export function createNodes({ nodes, sink, logger, metrics, variables = [], timing, fence = () => null }: NodesOptions): SwitchNodes {
  const set = new NodeSet({ sink, logger, metrics, variables, timing: { ...DEFAULT_TIMING, ...timing }, fence });
  if (new Set(nodes.map(({ name }) => name)).size !== nodes.length) throw new TypeError("Two FreeSWITCH nodes have the same name.");
  for (const address of nodes) set.add(address);
  return set;
}

class NodeSet implements SwitchNodes {
  readonly #surroundings: NodeSurroundings;
  /** Bounded by the nodes that are added. */
  readonly #nodes = new Map<string, SwitchNode>();

  constructor(surroundings: NodeSurroundings) {
    this.#surroundings = surroundings;
  }

  get(name: string): SwitchNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw switchUnavailable(name);
    return node;
  }

  all(): readonly SwitchNode[] {
    return [...this.#nodes.values()];
  }

  isReady(name: string): boolean {
    return this.#nodes.get(name)?.status().state === "ready";
  }

  add(address: NodeAddress): SwitchNode {
    if (this.#nodes.has(address.name)) throw new TypeError(`The FreeSWITCH node ${address.name} has been added already.`);
    const node = new FreeswitchNode(address, this.#surroundings);
    this.#nodes.set(address.name, node);
    return node;
  }

  async remove(name: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    this.#nodes.delete(name);
    const closed = node.close();
    this.#surroundings.sink.removed(name);
    await closed;
    // After the metrics of the last commands.
    if (!this.#nodes.has(name)) this.#surroundings.metrics.nodeRemoved(name);
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((node) => node.close()));
  }
}
