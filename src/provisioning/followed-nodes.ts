import type { NodeStatus, SwitchSnapshot } from "../freeswitch/index.js";

interface Followed {
  ready: boolean;
  /** "" until its first snapshot. */
  coreUuid: string;
}

/** Which FreeSWITCH processes are followed by events now, found by the uuid that each has from its start to its end. */
export class FollowedNodes {
  /** By name. Bounded by the nodes of the configuration. */
  readonly #nodes = new Map<string, Followed>();

  constructor(names: readonly string[]) {
    for (const name of names) this.#nodes.set(name, { ready: false, coreUuid: "" });
  }

  status(name: string, { state }: Pick<NodeStatus, "state">): void {
    const node = this.#nodes.get(name);
    if (node !== undefined) node.ready = state === "ready";
  }

  snapshot(name: string, { coreUuid }: Pick<SwitchSnapshot, "coreUuid">): void {
    const node = this.#nodes.get(name);
    if (node !== undefined) node.coreUuid = coreUuid;
  }

  /** "" for one that is not known. */
  nameOf(coreUuid: string | undefined): string {
    if (coreUuid === undefined || coreUuid === "") return "";
    for (const [name, node] of this.#nodes) if (node.coreUuid === coreUuid) return name;
    return "";
  }

  /** Whether this process is connected and reconciled; all of them must be when it is not known which one asks. */
  isFollowed(coreUuid: string | undefined): boolean {
    const asking = this.#nodes.get(this.nameOf(coreUuid));
    return asking === undefined ? [...this.#nodes.values()].every(({ ready }) => ready) : asking.ready;
  }
}
