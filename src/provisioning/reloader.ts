/** Tells each FreeSWITCH to read again what has changed: its files by reloadxml, its trunks by a rescan of the profile that they belong to. */
import type { Logger } from "../logger.js";
import { commands, sofiaName } from "../freeswitch/index.js";
import type { NodeStatus, SwitchCommand, SwitchNodes } from "../freeswitch/index.js";

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
  /** What each node does now, so that one reload follows another. */
  readonly #work = new Map<string, Promise<void>>();
  #closed = false;

  constructor(nodes: Pick<SwitchNodes, "all">, logger: Logger) {
    this.#nodes = nodes;
    this.#logger = logger;
  }

  /** Never throws; a node that is away is told everything when it is ready again (`nodeStatus`). */
  all(what: Reloads): void {
    for (const node of this.#nodes.all()) if (node.status().state === "ready") this.#tell(node.name, what);
  }

  /** `everything`: what a node may have missed while it was away. */
  nodeStatus(name: string, status: NodeStatus, everything: Reloads): void {
    if (status.state === "ready") this.#tell(name, everything);
  }

  close(): void {
    this.#closed = true;
  }

  #tell(name: string, { files, trunks, removedTrunks = [] }: Reloads): void {
    const commandsToRun: SwitchCommand[] = [
      ...(files ? [commands.reloadXml()] : []),
      ...removedTrunks.map((gateway) => commands.removeGateway(TRUNK_PROFILE, sofiaName(gateway, "gateway"))),
      ...(trunks ? [commands.rescanProfile(TRUNK_PROFILE), commands.reloadAcl()] : []),
    ];
    const before = this.#work.get(name) ?? Promise.resolve();
    this.#work.set(
      name,
      before.then(async () => {
        for (const command of commandsToRun) {
          if (this.#closed) return;
          const node = this.#nodes.all().find((each) => each.name === name);
          try {
            await node?.api(command, { timeoutMs: RELOAD_MS });
          } catch (error) {
            if (!this.#closed) this.#logger.warn({ err: error, node: name, command: command.kind }, "FreeSWITCH could not be told to read its configuration again");
          }
        }
      }),
    );
  }
}
