/** Composes the provisioning room: index, sections, listener, snapshot and reloader. */
import type { Logger } from "../logger.js";
import type { Clock } from "../clock.js";
import { NOT_FOUND, type SwitchNode, type SwitchNodes, type SwitchSink } from "../freeswitch/index.js";
import { createNobodysHash } from "./digest.js";
import { DialplanSection, type DialplanSectionOptions } from "./dialplan-section.js";
import { DirectorySection } from "./directory-section.js";
import { ProvisioningIndex } from "./provisioning-index.js";
import { createProvisioningListener, type ListenerOptions } from "./listener.js";
import type { SelfDialled } from "../calls/index.js";
import type { DialPlace, DialPolicy } from "../dialling/index.js";
import type { ProvisioningStore } from "./ports.js";
import { DEFAULT_REGISTRATION_MAX_S } from "./registration-lifetime.js";
import { Reloader } from "./reloader.js";
import type { SwitchRequest } from "./request.js";
import { Snapshot } from "./snapshot.js";
import type { AccountDirectory } from "../people/index.js";

export interface ProvisioningOptions {
  readonly store: ProvisioningStore;
  readonly directory: AccountDirectory;
  readonly policy: DialPolicy;
  readonly agentOfLeg: DialplanSectionOptions["agentOfLeg"];
  readonly waitsAnew: DialplanSectionOptions["waitsAnew"];
  /** Reports to a place what becomes of a leg that FreeSWITCH dials by itself. */
  readonly trackPlace: (place: DialPlace, legs: SelfDialled) => void;
  readonly nodes: Pick<SwitchNodes, "all">;
  readonly logger: Logger;
  readonly listen: { readonly host: string; readonly port: number };
  readonly secret: Uint8Array;
  /** Null: no snapshot is written. */
  readonly snapshotDir: string | null;
  readonly metrics: ListenerOptions["metrics"];
  /** What its connections may cost. */
  readonly connections: ListenerOptions["connections"];
  /** Seconds that a registration lasts at most; default 3600. */
  readonly registrationMaxS?: number;
  readonly clock?: Clock;
  /** Milliseconds between two looks for another process's writes; default 1000. */
  readonly pollMs?: number;
}

export interface Provisioning {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /** Takes the nodes' status: a node that has become ready reloads everything. */
  readonly sink: Pick<SwitchSink, "status">;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Rejects, with all that had been opened closed again, when something cannot start (an address in use, a database that cannot be read). */
export async function startProvisioning(options: ProvisioningOptions): Promise<Provisioning> {
  const { store, directory, policy, trackPlace, agentOfLeg, waitsAnew, nodes, logger, listen, secret, snapshotDir, metrics, connections, registrationMaxS = DEFAULT_REGISTRATION_MAX_S, clock, pollMs } = options;
  const index = await ProvisioningIndex.open({ store, directory, logger, clock, pollMs });
  const nobodysHash = createNobodysHash();
  const people = new DirectorySection({ directory, index, nobodysHash, registrationMaxS });
  const isReady = (node: SwitchNode): boolean => node.status().state === "ready";
  const asking = (coreUuid: string | undefined): SwitchNode | undefined => (coreUuid === undefined || coreUuid === "" ? undefined : nodes.all().find((node) => node.status().coreUuid === coreUuid));
  const dialplan = new DialplanSection({
    directory,
    index,
    policy,
    agentOfLeg,
    waitsAnew,
    following: {
      counts: (coreUuid) => {
        const node = asking(coreUuid);
        // It does not say which one it is, so any may be asking.
        return node === undefined ? nodes.all().every(isReady) : isReady(node);
      },
      trackPlace: (place, { coreUuid, ...legs }) => trackPlace(place, { ...legs, node: asking(coreUuid)?.name ?? "" }),
    },
  });
  const reloader = new Reloader(nodes, logger);
  const snapshot =
    snapshotDir === null
      ? null
      : new Snapshot({ folder: snapshotDir, directory, index, dialplan, nobodysHash, registrationMaxS, logger, changed: () => reloader.all({ files: true, trunks: false }) });
  const trunks = new TrunkWatch(index, reloader);
  index.onChange(async (agentRow) => {
    if (agentRow === null) trunks.look();
    await snapshot?.update(agentRow);
  });
  const listener = createProvisioningListener({ secret, logger, answer: (request) => answer(request, people, dialplan), metrics, connections });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    reloader.close();
    index.close();
    await listener.close();
    await snapshot?.close();
  };
  try {
    await snapshot?.update(null);
    const url = await listener.listen(listen);
    return {
      url,
      sink: {
        status: (node, status) => reloader.nodeStatus(node, status, { files: snapshot !== null, trunks: index.trunks().length > 0 }),
      },
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function answer(request: SwitchRequest, people: DirectorySection, dialplan: DialplanSection): string {
  switch (request.get("section")) {
    case "directory":
      return people.answer(request);
    case "dialplan":
      return dialplan.answer(request);
    default:
      return NOT_FOUND;
  }
}

/** Reloads trunks that were added, changed or removed. */
class TrunkWatch {
  readonly #index: ProvisioningIndex;
  readonly #reloader: Reloader;
  #known: ReadonlyMap<string, string>;

  constructor(index: ProvisioningIndex, reloader: Reloader) {
    this.#index = index;
    this.#reloader = reloader;
    this.#known = this.#now();
  }

  look(): void {
    const before = this.#known;
    const now = this.#now();
    this.#known = now;
    // A rescan leaves a gateway as it is, so a changed one is removed first.
    const removedTrunks = [...before].filter(([name, content]) => now.get(name) !== content).map(([name]) => name);
    const added = [...now].some(([name, content]) => before.get(name) !== content);
    if (removedTrunks.length > 0 || added) this.#reloader.all({ files: false, trunks: true, removedTrunks });
  }

  #now = (): ReadonlyMap<string, string> => new Map(this.#index.trunks().map((trunk) => [trunk.name, JSON.stringify(trunk)]));
}
