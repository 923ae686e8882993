/** Closes what ended unseen: legs whose FreeSWITCH has died, and those of which no call detail record will come. */
import type { SwitchSink, SwitchSnapshot } from "../freeswitch/types.js";
import type { Logger } from "../calls/logger.js";
import type { CallRecordStore, CallRecordWork } from "./ports.js";
import { settle } from "./settle.js";
import type { CallLegRecord } from "./types.js";

export interface StaleDependencies {
  readonly store: CallRecordStore;
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
  /** By core uuid: when FreeSWITCH was last heard of. */
  readonly #lastSeen = new Map<string, Date>();
  /** By node and channel: since when a leg is known to have ended. */
  readonly #missingSince = new Map<string, ReadonlyMap<string, number>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** By node: its core as it was last seen. */
  readonly #cores = new Map<string, string>();
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(dependencies: StaleDependencies) {
    this.#dependencies = dependencies;
  }

  /** After the registry's, so that it holds what is live. */
  readonly sink: Pick<SwitchSink, "event" | "snapshot"> = {
    event: (node, event) => {
      if (event.kind !== "channel" || event.coreUuid === "") return;
      this.#cores.set(node, event.coreUuid);
      this.#lastSeen.set(event.coreUuid, new Date(event.timestampUs / 1000));
    },
    snapshot: (node, snapshot) => this.#snapshot(node, snapshot),
  };

  /** Which node a core uuid is, as far as it is known. */
  nodeOf(coreUuid: string): string | undefined {
    for (const [node, core] of this.#cores) if (core === coreUuid) return node;
    return undefined;
  }

  /** Resolves when what was begun is done. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#work;
  }

  #snapshot(node: string, { coreUuid, reason }: SwitchSnapshot): void {
    const restarted = this.#cores.get(node) !== coreUuid;
    this.#cores.set(node, coreUuid);
    this.#lastSeen.set(coreUuid, new Date());
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
      if (this.#closed) return;
      try {
        await this.#close(node, coreUuid);
      } catch (error) {
        this.#dependencies.logger.error({ err: error, node }, "calls that ended unseen could not be closed; the next look does");
      }
    });
  }

  async #close(node: string, coreUuid: string): Promise<void> {
    const { store, flush, scan, hasLeg, isLive, graceMs } = this.#dependencies;
    await flush();
    // Records of the time before may be waiting, and know better than anybody.
    await scan?.();
    const open = (await store.openLegs(node)).filter((leg) => !hasLeg(leg.coreUuid, leg.channelUuid));
    const lost = open.filter((leg) => leg.coreUuid !== coreUuid);
    const missing = open.filter((leg) => leg.coreUuid === coreUuid);
    const now = Date.now();
    const before = this.#missingSince.get(node);
    const since = new Map(missing.map((leg) => [leg.channelUuid, before?.get(leg.channelUuid) ?? now]));
    this.#missingSince.set(node, since);
    const givenUp = missing.filter((leg) => scan === null || now - (since.get(leg.channelUuid) ?? now) >= graceMs);
    const records = (await store.open(node)).filter(({ id }) => !isLive(id));
    await store.transaction((tx) => {
      for (const leg of lost) this.#end(tx, leg, "node_lost");
      for (const leg of givenUp) this.#end(tx, leg, "events");
      for (const id of new Set([...[...lost, ...givenUp].map((leg) => leg.callId), ...records.map((record) => record.id)])) if (!isLive(id)) settle(tx, id);
    });
    if (lost.length > 0) this.#dependencies.logger.warn({ node, legs: lost.length }, "FreeSWITCH was restarted under calls; their records end with its last sign of life");
    if (missing.length > givenUp.length) this.#later(node, coreUuid, graceMs);
  }

  #end(tx: CallRecordWork, leg: CallLegRecord, source: "node_lost" | "events"): void {
    const known = [leg.startedAt, leg.answeredAt, ...tx.timeline(leg.callId).map(({ at }) => at)].flatMap((at) => (at === null ? [] : [at.getTime()]));
    const seen = this.#lastSeen.get(leg.coreUuid)?.getTime() ?? 0;
    const endedAt = new Date(source === "events" ? Math.max(...known) : Math.max(seen, ...known));
    tx.saveLeg({ ...leg, endedAt, source });
  }
}
