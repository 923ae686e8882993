/** Makes each FreeSWITCH reload what has changed: its files by reloadxml, its trunks by a rescan of their profile. */
import type { Logger } from "../logger.js";
import { commands, sofiaName, type NodeStatus, type SwitchCommand, type SwitchNodes } from "../freeswitch/index.js";

/** The profile of freeswitch-conf that asks for gateways. */
const TRUNK_PROFILE = sofiaName("external", "profile");
const RELOAD_MS = 10_000;

export interface Reloads {
  readonly files: boolean;
  readonly trunks: boolean;
  /** Names of gateways that are no more. */
  readonly removedTrunks?: readonly string[];
}

export class Reloader {
  readonly #nodes: Pick<SwitchNodes, "all">;
  readonly #logger: Logger;
  /** By node: the next reload, while one is under way. Bounded by the nodes, and the gateways that were removed meanwhile. */
  readonly #owed = new Map<string, Reloads | null>();
  #closed = false;

  constructor(nodes: Pick<SwitchNodes, "all">, logger: Logger) {
    this.#nodes = nodes;
    this.#logger = logger;
  }

  /** Never throws; a node that is away reloads everything when it is ready again (`nodeStatus`). */
  all(what: Reloads): void {
    for (const node of this.#nodes.all()) if (node.status().state === "ready") this.#tell(node.name, what);
  }

  /** `everything`: what a node may have missed. */
  nodeStatus(name: string, status: NodeStatus, everything: Reloads): void {
    if (status.state === "ready") this.#tell(name, everything);
  }

  close(): void {
    this.#closed = true;
  }

  #tell(name: string, what: Reloads): void {
    const owed = this.#owed.get(name);
    // Requests during a reload are merged into one.
    this.#owed.set(name, owed == null ? what : both(owed, what));
    if (owed === undefined) void this.#work(name);
  }

  /** Never rejects. */
  async #work(name: string): Promise<void> {
    for (let what = this.#owed.get(name) ?? null; what !== null; what = this.#owed.get(name) ?? null) {
      this.#owed.set(name, null);
      for (const command of commandsFor(what)) {
        if (this.#closed) break;
        const node = this.#nodes.all().find((each) => each.name === name);
        try {
          await node?.api(command, { timeoutMs: RELOAD_MS });
        } catch (error) {
          if (!this.#closed) this.#logger.warn({ err: error, node: name, command: command.kind }, "FreeSWITCH did not reload its configuration");
        }
      }
    }
    this.#owed.delete(name);
  }
}

const both = (one: Reloads, other: Reloads): Reloads => ({
  files: one.files || other.files,
  trunks: one.trunks || other.trunks,
  removedTrunks: [...new Set([...(one.removedTrunks ?? []), ...(other.removedTrunks ?? [])])],
});

const commandsFor = ({ files, trunks, removedTrunks = [] }: Reloads): SwitchCommand[] => [
  ...(files ? [commands.reloadXml()] : []),
  ...removedTrunks.map((gateway) => commands.removeGateway(TRUNK_PROFILE, sofiaName(gateway, "gateway"))),
  ...(trunks ? [commands.rescanProfile(TRUNK_PROFILE), commands.reloadAcl()] : []),
];
