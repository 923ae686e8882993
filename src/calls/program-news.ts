/** Tells of legs that are to be run by a program, or that an earlier process has left to one. */
import { setTimeout as delay } from "node:timers/promises";
import type { SwitchNode } from "../freeswitch/index.js";
import { Listeners } from "../listeners.js";
import type { Call } from "./call.js";
import type { LiveCall, LiveLeg } from "./call-legs.js";
import type { Channel } from "./channel.js";
import type { ControlContext } from "./control/context.js";

/** `begun`: FreeSWITCH has just parked the leg for it. `found`: after a restart or a lost connection, or because an earlier process left it. */
export type ProgramNews = { readonly how: "begun" | "found"; readonly leg: LiveLeg; readonly call: LiveCall; readonly name: string };

/** FreeSWITCH writes its list of channels through a queue: some 200 ms behind, and more when it is busy. */
const LIST_LAG_MS = 1000;

export interface ProgramTidingsParts extends Pick<ControlContext, "registry" | "logger"> {
  readonly nodes: { readonly get: (node: string) => Pick<SwitchNode, "reconcile"> };
  /** How far FreeSWITCH's list of channels may be behind, milliseconds. */
  readonly lagMs?: number;
}

export class ProgramTidings {
  readonly #parts: ProgramTidingsParts;
  readonly #registry: ControlContext["registry"];
  readonly #news: Listeners<[ProgramNews]>;
  readonly #ready: Listeners<[string]>;
  readonly #clear: () => Promise<void> | null;
  /** Connected nodes whose legs have been told, and whether those are all. Bounded by the nodes. */
  readonly #told = new Map<string, { areAll: boolean }>();
  /** Legs whose program has been told, or was begun here. */
  readonly #known = new WeakSet<LiveLeg>();
  readonly #stop: () => void;

  /** @param clear resolves when the state of all legs is known again; null: it is known now */
  constructor(parts: ProgramTidingsParts, clear: () => Promise<void> | null) {
    const { registry, logger } = parts;
    this.#parts = parts;
    this.#registry = registry;
    this.#clear = clear;
    this.#news = new Listeners("programs", logger, ({ leg: { uuid } }) => ({ channel: uuid }));
    this.#ready = new Listeners("nodes whose legs are known", logger, (node) => ({ node }));
    this.#stop = registry.onChange((change) => {
      if (change.type === "program" && change.leg.program !== null) {
        this.#known.add(change.leg);
        this.#news.tell({ how: "begun", leg: change.leg, call: change.call, name: change.leg.program });
      } else if (change.type === "updated" && this.#told.has(change.call.node)) void this.#tellLate(change.call);
    });
  }

  close(): void {
    this.#stop();
    this.#told.clear();
    this.#news.clear();
    this.#ready.clear();
  }

  /** Handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onProgram(handler: (news: ProgramNews) => void): () => void {
    return this.#news.add(handler);
  }

  /** Called with a node that is connected, when it is known which legs it has and what they do: one that is not known then has ended. Returns the unsubscribe function. */
  onReady(handler: (node: string) => void): () => void {
    return this.#ready.add(handler);
  }

  /** A program of this process runs the leg. */
  begun(leg: LiveLeg): void {
    this.#known.add(leg);
  }

  /** The node is connected again: its legs with programs are told as found, as soon as it is known what they do. */
  async nodeReady(node: string): Promise<void> {
    await this.#clear();
    for (const leg of this.#registry.channelsOf(node)) this.#tellFound(leg);
    const told = { areAll: false };
    this.#told.set(node, told);
    // What began just before the connection is listed by then.
    do {
      await delay(this.#parts.lagMs ?? LIST_LAG_MS);
      if (this.#told.get(node) !== told) return;
    } while (!(await this.#listed(node)));
    await this.#clear();
    if (this.#told.get(node) !== told) return;
    told.areAll = true;
    this.#ready.tell(node);
  }

  async #listed(node: string): Promise<boolean> {
    const { nodes, logger } = this.#parts;
    try {
      await nodes.get(node).reconcile();
      return true;
    } catch (error) {
      logger.debug({ err: error, node }, "the legs of a node could not be listed; it is tried again");
      return false;
    }
  }

  /** Whether all legs of the node have been told. */
  knowsAll(node: string): boolean {
    return this.#told.get(node)?.areAll === true;
  }

  /** The node is not connected any more. */
  nodeAway(node: string): void {
    this.#told.delete(node);
  }

  /** Legs that FreeSWITCH did not list when it was connected: it writes its list a little behind. */
  async #tellLate({ legs }: Call): Promise<void> {
    const late = legs.filter((leg) => leg.program !== null && leg.createdSequence === 0 && !this.#known.has(leg));
    if (late.length === 0) return;
    for (const leg of late) this.#known.add(leg);
    await this.#clear();
    for (const leg of late) if (this.#told.has(leg.node)) this.#tellFound(leg);
  }

  #tellFound(leg: Channel): void {
    if (leg.program === null || leg.hungUp || leg.call === null || leg.role === "supervisor") return;
    this.#known.add(leg);
    this.#news.tell({ how: "found", leg, call: leg.call, name: leg.program });
  }
}
