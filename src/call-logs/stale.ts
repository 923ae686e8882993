/**
 * Closes legs that ended unseen: with their FreeSWITCH, or without a call detail record. Only of nodes that this process follows: the others belong to another
 * process, or to an operator (`callplane records close`).
 */
import type { SwitchSink, SwitchSnapshot } from "../freeswitch/index.js";
import type { Logger } from "../logger.js";
import type { CallRecordStore, SwitchLives } from "./ports.js";
import { finishRecord } from "./finish-record.js";
import { inSlices } from "./slices.js";
import type { SwitchLife } from "./types.js";
import { endLeg, lastSigns } from "./unseen-ends.js";

export interface StaleDependencies {
  readonly store: CallRecordStore;
  readonly lives: SwitchLives;
  readonly logger: Logger;
  readonly isLive: (callId: string) => boolean;
  readonly hasLeg: (coreUuid: string, channelUuid: string) => boolean;
  readonly flush: () => Promise<void>;
  /** Reads the records that are there; null when none are imported. */
  readonly scan: (() => Promise<void>) | null;
  /** Milliseconds that a record of a leg that has ended unseen may take to come. */
  readonly graceMs: number;
}

export class StaleCalls {
  readonly #dependencies: StaleDependencies;
  /** By core uuid. Bounded by the nodes that the database knows: a node's earlier lives are forgotten. */
  readonly #lives = new Map<string, SwitchLife>();
  /** By node and channel: since when a leg is known to have ended. Bounded by the nodes and their open records. */
  readonly #missingSince = new Map<string, ReadonlyMap<string, number>>();
  /** Bounded by the snapshots: one leaves when it is due. */
  readonly #timers = new Set<NodeJS.Timeout>();
  /** By node: its core as it was last seen. Bounded by the nodes. */
  readonly #cores = new Map<string, string>();
  /** Bounded: one look a snapshot. */
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(dependencies: StaleDependencies) {
    this.#dependencies = dependencies;
  }

  /** Reads when each FreeSWITCH was last heard of. */
  static async start(dependencies: StaleDependencies): Promise<StaleCalls> {
    const stale = new StaleCalls(dependencies);
    for (const life of await dependencies.lives.list()) stale.#lives.set(life.coreUuid, life);
    return stale;
  }

  /** After the registry's, so that it holds what is live. */
  readonly sink: Pick<SwitchSink, "event" | "snapshot"> = {
    event: (node, event) => {
      if ((event.kind !== "channel" && event.kind !== "heartbeat") || event.coreUuid === "") return;
      this.#cores.set(node, event.coreUuid);
      this.#seen(node, event.coreUuid, new Date(event.timestampUs / 1000));
      if (event.kind === "heartbeat") void this.#note(event.coreUuid);
    },
    snapshot: (node, snapshot) => this.#snapshot(node, snapshot),
  };

  /** Which node a core uuid is, as far as it is known. */
  nodeOf(coreUuid: string): string | undefined {
    return this.#lives.get(coreUuid)?.node;
  }

  /** The node is not followed any more. */
  forget(node: string): void {
    const coreUuid = this.#cores.get(node);
    if (coreUuid !== undefined) void this.#note(coreUuid);
    this.#cores.delete(node);
    this.#missingSince.delete(node);
  }

  /** Resolves when what was begun is done. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#work;
    await Promise.all([...this.#cores.values()].map((coreUuid) => this.#note(coreUuid)));
  }

  #seen(node: string, coreUuid: string, at: Date): void {
    const before = this.#lives.get(coreUuid);
    if (before === undefined || before.seenAt < at || before.node !== node) this.#lives.set(coreUuid, { coreUuid, node, seenAt: at });
  }

  /** Written with each heartbeat, not with each event; only a kill of Callplane loses the time in between. */
  async #note(coreUuid: string): Promise<void> {
    const life = this.#lives.get(coreUuid);
    if (life === undefined) return;
    try {
      await this.#dependencies.lives.seen(life);
    } catch (error) {
      this.#dependencies.logger.error({ err: error, node: life.node }, "FreeSWITCH's last sign of life could not be written; trying again with the next one");
    }
  }

  #snapshot(node: string, { coreUuid, reason }: SwitchSnapshot): void {
    const restarted = this.#cores.get(node) !== coreUuid;
    this.#cores.set(node, coreUuid);
    this.#seen(node, coreUuid, new Date());
    void this.#note(coreUuid);
    if (reason === "connect" || restarted) this.#look(node, coreUuid);
    else this.#later(node, coreUuid, 0);
  }

  #later(node: string, coreUuid: string, ms: number): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#look(node, coreUuid);
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }

  #look(node: string, coreUuid: string): void {
    this.#work = this.#work.then(async () => {
      if (this.#closed || this.#cores.get(node) !== coreUuid) return;
      try {
        await this.#close(node, coreUuid);
      } catch (error) {
        this.#dependencies.logger.error({ err: error, node }, "calls that ended unseen could not be closed; trying again at the next look");
      }
    });
  }

  async #close(node: string, coreUuid: string): Promise<void> {
    const { store, lives, flush, scan, hasLeg, isLive, graceMs } = this.#dependencies;
    await flush();
    // Records of the time before may be waiting, and know better than anybody.
    await scan?.();
    // A node that was given another name is known by its FreeSWITCH.
    const open = (await store.openLegs()).filter((leg) => (leg.node === node || leg.coreUuid === coreUuid) && !hasLeg(leg.coreUuid, leg.channelUuid));
    const lost = open.filter((leg) => leg.coreUuid !== coreUuid);
    const missing = open.filter((leg) => leg.coreUuid === coreUuid);
    const now = performance.now();
    const before = this.#missingSince.get(node);
    const since = new Map(missing.map((leg) => [leg.channelUuid, before?.get(leg.channelUuid) ?? now]));
    this.#missingSince.set(node, since);
    const givenUp = missing.filter((leg) => scan === null || now - (since.get(leg.channelUuid) ?? now) >= graceMs);
    const records = (await store.open(node)).filter((record) => !isLive(record.id));
    const ended = [...lost.map((leg) => [leg, "node_lost"] as const), ...givenUp.map((leg) => [leg, "events"] as const)];
    const calls = new Set([...ended.map(([{ callId }]) => callId), ...records.map(({ id }) => id)]);
    const signs = await lastSigns(store, lost, this.#lives);
    await inSlices(store, ended, (tx, [leg, source]) => endLeg(tx, leg, source, signs.get(leg.coreUuid) ?? null));
    await inSlices(store, [...calls].filter((id) => !isLive(id)), finishRecord);
    if (lost.length > 0) this.#dependencies.logger.warn({ node, legs: lost.length }, "FreeSWITCH was restarted under calls; their records end with its last sign of life");
    await lives.forget(node, coreUuid);
    for (const [core, life] of this.#lives) if (life.node === node && core !== coreUuid) this.#lives.delete(core);
    if (missing.length > givenUp.length) this.#later(node, coreUuid, graceMs);
  }
}
