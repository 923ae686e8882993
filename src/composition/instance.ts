/** One process of Callplane: it waits until the FreeSWITCH nodes are its own, works, and gives them back. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import { DEMO_ORGANIZATION, seedDemo } from "../auth/index.js";
import { steadyClock } from "../clock.js";
import type { Config } from "../config.js";
import { DEMO_NODE } from "../demo.js";
import { Front, type Standing } from "../http/index.js";
import { isGone, LEASE_TIMING, LeaseHolder, LeaseTaker, ownMark, type LeaseOwner } from "../lease/index.js";
import { createMetrics } from "../prometheus.js";
import type { Store } from "../store/index.js";
import { seedDemoLine } from "../voice-app/index.js";
import { openActive, type Active } from "./active.js";
import { refuseDemoUsers, refuseForeignOrganizations } from "./checks.js";
import { DatabaseWatch } from "./database-watch.js";
import { listening } from "./listening.js";
import type { CallplaneOptions, RunningCallplane } from "./options.js";
import type { Parts } from "./parts.js";

/** What is under way when the process is told to stop may take so long; then it is called off, and somebody else gets the nodes. Callers are offered to agents until then. */
const GRACE_MS = 5000;
/** Requests that still run after so long are cut off. */
const DRAIN_MS = 20_000;

const REASONS: Readonly<Record<Standing["status"], string>> = {
  starting: "Callplane is starting.",
  standby: "This Callplane waits: another process has its FreeSWITCH nodes.",
  stopping: "This Callplane is stopping.",
};

export class Instance implements RunningCallplane {
  readonly #config: Config;
  readonly #options: CallplaneOptions;
  readonly #logger: Logger;
  readonly #store: Store;
  /** Closed last. */
  readonly #parts: Parts;
  readonly #nodes: readonly string[];
  readonly #owner: LeaseOwner = { id: randomUUID(), name: `${hostname()}:${process.pid}`, mark: ownMark(process.pid) };
  readonly #taker: LeaseTaker;
  readonly #metrics = createMetrics({ processMetrics: true });
  readonly #stopping = new AbortController();
  #status: Standing["status"] = "starting";
  #front: Front | null = null;
  #holder: LeaseHolder | null = null;
  #active: Active | null = null;
  /** The waiting and the beginning after it. */
  #work: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor(config: Config, options: CallplaneOptions, logger: Logger, store: Store, parts: Parts) {
    this.#config = config;
    this.#options = options;
    this.#logger = logger;
    this.#store = store;
    this.#parts = parts;
    this.#nodes = config.switchNodes.length === 0 ? [DEMO_NODE] : config.switchNodes.map(({ name }) => name);
    this.#taker = new LeaseTaker({ leases: store.nodeLeases, nodes: this.#nodes, owner: this.#owner, timing: this.#timing, clock: steadyClock, logger, isGone });
  }

  get #timing() {
    return { ...LEASE_TIMING, ...this.#options.leaseTiming };
  }

  get url(): string {
    return this.#front?.url ?? "";
  }

  get provisioningUrl(): string | null {
    return this.#active?.provisioningUrl ?? null;
  }

  /** Resolves when it works, or waits for another process. Rejects when it cannot begin; it is to be closed then too. */
  async start(): Promise<void> {
    const { metrics, logger } = { metrics: this.#metrics, logger: this.#logger };
    // Before anybody can connect: what cannot be served is told as such, not as a server that went away.
    await this.#refuseForeign();
    this.#front = await listening("HOST, PORT", this.#config, () => Front.open({ config: this.#config, metrics, logger, standing: () => this.#standing() }));
    if (await this.#taker.look()) {
      await this.#begin(this.#front);
      return;
    }
    this.#status = "standby";
    logger.info({ url: this.url, nodes: this.#standing().nodes }, "Callplane waits in standby: another process has its FreeSWITCH nodes");
    this.#work = this.#wait(this.#front).catch((error: unknown) => this.#options.onEnd?.("failed", error));
  }

  close({ drainMs = DRAIN_MS }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #wait(front: Front): Promise<void> {
    if (!(await this.#taker.untilTaken(this.#stopping.signal))) return;
    if (this.#stopping.signal.aborted) await this.#store.nodeLeases.release(this.#owner.id);
    else await this.#begin(front);
  }

  /** What is known of agents, callers and accounts is read now, and not before: until now another process changed it. */
  async #begin(front: Front): Promise<void> {
    this.#status = "starting";
    const { metrics, store, logger } = { metrics: this.#metrics, store: this.#store, logger: this.#logger };
    const holder = new LeaseHolder({ leases: store.nodeLeases, nodes: this.#nodes, owner: this.#owner, timing: this.#timing, clock: steadyClock, logger, lost: () => this.#lost() });
    this.#holder = holder;
    store.fence(() => holder.writeFence());
    // Again: while it waited, another process may have changed the database.
    await this.#refuseForeign();
    if (this.#config.switchNodes.length === 0) {
      await seedDemo(store);
      const demo = await store.organizations.findByName(DEMO_ORGANIZATION.name);
      if (demo !== null) await seedDemoLine(store, demo.id);
    }
    const watch = this.#parts.add("watch of the database", new DatabaseWatch({ holder, store, clock: steadyClock, logger }));
    this.#active = await openActive({ config: this.#config, options: this.#options, logger, store, metrics, front, owner: this.#owner, fence: () => holder.fence(), databaseTrouble: () => watch.trouble() }, this.#parts);
    if (this.#stopping.signal.aborted) return;
    front.admit();
    logger.info({ url: this.url, nodes: this.#nodes }, "Callplane listens");
  }

  /** Throws for a database that is not to be served with this switch. */
  async #refuseForeign(): Promise<void> {
    await (this.#config.switchNodes.length === 0 ? refuseForeignOrganizations(this.#store) : refuseDemoUsers(this.#store));
  }

  /** Nothing may be commanded or written any more, not even an orderly end: it would undo what the other process does. */
  #lost(): void {
    const error = new Error(`Another process took the FreeSWITCH nodes ${this.#nodes.join(", ")} over while this one stood still.`);
    this.#logger.error({ nodes: this.#nodes }, error.message);
    this.#options.onEnd?.("lost", error);
  }

  async #close(drainMs: number): Promise<void> {
    this.#status = "stopping";
    this.#stopping.abort();
    this.#front?.shut();
    await this.#work;
    this.#active?.endStreams();
    await this.#front?.quiet(Math.min(GRACE_MS, drainMs));
    await this.#active?.letGo();
    // Before slow readers are waited for: somebody else may begin.
    await this.#holder?.close().catch((error: unknown) => this.#logger.error({ err: error }, "the FreeSWITCH nodes could not be given back; they are free when the lease expires"));
    await this.#front?.close(drainMs);
    await this.#parts.close();
  }

  #standing(): Standing {
    const owners = new Map(this.#taker.obstacles.map(({ node, owner }) => [node, owner?.name ?? null]));
    return { status: this.#status, reason: REASONS[this.#status], nodes: this.#nodes.map((name) => ({ name, owner: owners.get(name) ?? null })) };
  }
}
