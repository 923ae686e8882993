/** Writes our small state of a call to every live leg of it, so that a restart loses nothing (FREESWITCH.md, "Keeping small state"). */
import { randomUUID } from "node:crypto";
import { channelUuid, CommandRefused, commands, variableName, variableValue, type SwitchNodes } from "../freeswitch/index.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { encodeChannelState, type ChannelState } from "./channel-state.js";
import type { Logger } from "../logger.js";
import type { Registry } from "./registry.js";

const PRESENCE_DATA = variableName("presence_data", "variable");
/** FreeSWITCH takes the variable into the row only after an execute on the channel. */
const TOUCH = variableValue("x=1", "touch");

type Doing = Pick<Channel, "parked" | "partner" | "inConference">;

const PARKED: Doing = { parked: true, partner: null, inConference: false };

/** The state as it should stand on this leg, which does what it does now unless `doing` says otherwise. */
export function stateOf(call: Call, leg: Channel, doing: Doing = leg): ChannelState {
  const { watch } = leg;
  return {
    v: 1,
    c: call.id,
    ...(call.organizationId === null ? {} : { o: call.organizationId }),
    ...optional("a", call.owner ?? undefined),
    ...optional("q", call.queue ?? undefined),
    ...optional("t", call.queuedAt?.getTime()),
    ...optional("i", call.priority === 0 ? undefined : call.priority),
    ...optional("h", call.stage === null ? undefined : STAGES[call.stage]),
    ...optional("e", call.queue === null ? (call.department ?? undefined) : undefined),
    ...optional("z", leg.columns.direction !== "inbound" || leg.queueVariable === (call.department ?? "") ? undefined : leg.queueVariable),
    ...optional("s", call.mode ?? undefined),
    ...optional("k", call.parkedAt?.getTime()),
    ...optional("j", call.createdAt.getTime()),
    ...optional("l", call.answeredAt?.getTime()),
    ...optional("y", leg.answeredAt?.getTime()),
    r: leg.role,
    ...(doing.parked ? { p: 1 as const } : {}),
    ...optional("b", doing.partner?.uuid),
    ...(doing.inConference ? { m: 1 as const } : {}),
    ...(leg.consult ? { n: 1 as const } : {}),
    ...(leg.muted ? { x: 1 as const } : {}),
    ...optional("g", leg.recordings[0]),
    d: call.direction,
    f: call.from,
    u: call.to,
    ...(watch === null ? {} : { w: { a: watch.agentId, m: watch.mode, t: watch.since.getTime(), u: watch.target } }),
  };
}

const STAGES = { waiting: "w", message: "m" } as const;

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const out: Partial<Record<K, V>> = {};
  if (value !== undefined) out[key] = value;
  return out;
}

/** Of one node: after a reconnect thousands of legs may want it at once, and commands of people must not wait behind them. */
const WRITES_AT_ONCE = 16;
/** An operation changes a call several times, and its own commands go first: what is written a little later is written once. */
const GATHER_MS = 50;
/** A write that failed is tried again after so long, and then after twice as long each time. */
const RETRY_MS = { first: 250, longest: 30_000 };
/** How long the last writes may take when Callplane stops. */
const LAST_WRITES_MS = 2000;

/** What is to be written at one node, which may be slow or away without delaying the others. */
class NodeWrites {
  /** Bounded by the live legs: one that has hung up is passed over. */
  readonly pending = new Set<Channel>();
  /** What is on its way to each leg. Bounded by the commands under way. */
  readonly writing = new Map<Channel, string>();
  /** Failures since the last success. */
  failures = 0;
  retry: NodeJS.Timeout | null = null;

  get size(): number {
    return this.pending.size + this.writing.size;
  }

  /** Begins anew, as after a success. */
  recovered(): void {
    this.failures = 0;
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
  }
}

export class StateWriter {
  readonly #registry: Registry;
  readonly #nodes: Pick<SwitchNodes, "get">;
  readonly #logger: Logger;
  /** Bounded by the nodes. */
  readonly #writes = new Map<string, NodeWrites>();
  /** Their state is ahead of what they do. Bounded by the operations under way. */
  readonly #parking = new Set<Channel>();
  readonly #stop: () => void;
  #gathering: NodeJS.Timeout | null = null;
  #closed = false;
  /** Called when nothing is left to write. */
  #done: () => void = () => undefined;

  constructor(registry: Registry, nodes: Pick<SwitchNodes, "get">, logger: Logger) {
    this.#registry = registry;
    this.#nodes = nodes;
    this.#logger = logger;
    this.#stop = registry.onChange((change) => {
      if (change.type === "updated") for (const leg of [...change.call.legs, ...change.call.spies]) this.#want(leg);
    });
  }

  /** Legs whose state is still to be written. */
  get pending(): number {
    let pending = 0;
    for (const { size } of this.#writes.values()) pending += size;
    return pending;
  }

  /** Sends the leg's state, when it changed, before any command that is given after this. */
  writeNow(leg: Channel): void {
    this.#of(leg).pending.delete(leg);
    void this.#write(leg);
  }

  /** The node is back, and may have lost what was last written (FREESWITCH.md, `sofia recover`). */
  nodeReady(node: string): void {
    this.#writes.get(node)?.recovered();
    for (const leg of this.#registry.channelsOf(node)) this.#want(leg);
  }

  /** It is followed no more. */
  forget(node: string): void {
    this.#writes.get(node)?.recovered();
    this.#writes.delete(node);
  }

  /**
   * Sends the state that the legs will have when they are parked, before `park` sends the command that parks them: FreeSWITCH shows it as soon as it does,
   * and need not run anything more on them. When it is done, what is not so is written anew.
   */
  async whileParking<T>(legs: readonly Channel[], park: () => Promise<T>): Promise<T> {
    for (const leg of legs) {
      const { call } = leg;
      if (call === null || leg.hungUp) continue;
      this.#parking.add(leg);
      void this.#send(leg, encodeChannelState(stateOf(call, leg, PARKED)), { touch: false });
    }
    try {
      return await park();
    } finally {
      for (const leg of legs) {
        this.#parking.delete(leg);
        this.#want(leg);
      }
    }
  }

  /** Takes no more; resolves when what there is has been written, or the time for it is over. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    const done = new Promise<void>((resolve) => (this.#done = resolve));
    const timer = setTimeout(this.#done, LAST_WRITES_MS);
    for (const writes of this.#writes.values()) writes.recovered();
    this.#writeAll();
    await done;
    clearTimeout(timer);
    this.#writes.clear();
  }

  #of({ node }: Channel): NodeWrites {
    let writes = this.#writes.get(node);
    if (writes === undefined) this.#writes.set(node, (writes = new NodeWrites()));
    return writes;
  }

  #want(leg: Channel): void {
    // A leg that rings runs no application yet; its state came with the originate or follows at the answer.
    if (!leg.answered || leg.hungUp || this.#closed) return;
    this.#of(leg).pending.add(leg);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#writeAll();
    }, GATHER_MS);
  }

  #writeAll(): void {
    for (const writes of this.#writes.values()) this.#writeNext(writes);
    if (this.pending === 0) this.#done();
  }

  #writeNext({ pending, writing, retry }: NodeWrites): void {
    if (retry !== null) return;
    for (const leg of pending) {
      if (writing.size >= WRITES_AT_ONCE) return;
      // What changed while it is being written is written after that.
      if (writing.has(leg) || this.#parking.has(leg)) continue;
      pending.delete(leg);
      void this.#write(leg);
    }
  }

  async #write(leg: Channel): Promise<void> {
    const { call } = leg;
    if (call === null || leg.hungUp) return;
    // An eavesdropping leg would run it only when it has stopped to listen; there the variable itself is read back.
    await this.#send(leg, encodeChannelState(stateOf(call, leg)), { touch: leg.watch === null });
  }

  /** Does not reject. */
  async #send(leg: Channel, wanted: string, { touch }: { readonly touch: boolean }): Promise<void> {
    const writes = this.#of(leg);
    if (wanted === (writes.writing.get(leg) ?? leg.presenceData)) return;
    writes.writing.set(leg, wanted);
    try {
      const node = this.#nodes.get(leg.node);
      const written = node.api(commands.setVariable(leg.uuid, PRESENCE_DATA, variableValue(wanted, "presence_data")));
      const touched = touch ? node.send(commands.execute(leg.uuid, "set", TOUCH, channelUuid(randomUUID()))) : null;
      await Promise.all([written, touched]);
      leg.presenceData = wanted;
      writes.recovered();
    } catch (error) {
      this.#failed(leg, writes, error);
    }
    // Unless a newer one has been sent meanwhile.
    if (writes.writing.get(leg) === wanted) writes.writing.delete(leg);
    this.#writeNext(writes);
    if (this.pending === 0) this.#done();
  }

  /** Keeps what could not be written for later: the node is away or does not answer. */
  #failed(leg: Channel, writes: NodeWrites, error: unknown): void {
    // Nobody knows which state stands there now.
    leg.presenceData = "";
    if (leg.hungUp || this.#closed) return;
    if (error instanceof CommandRefused) {
      this.#logger.debug({ err: error, channel: leg.uuid }, "FreeSWITCH does not know a leg whose state was to be written");
      return;
    }
    writes.pending.add(leg);
    // One of many that fail together speaks for all.
    if (writes.retry !== null) return;
    const inMs = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** writes.failures++);
    if (writes.failures === 1) this.#logger.warn({ err: error, node: leg.node, channel: leg.uuid, retryInMs: inMs }, "the state of calls cannot be written to FreeSWITCH; it is tried again until it can");
    writes.retry = setTimeout(() => {
      writes.retry = null;
      this.#writeNext(writes);
    }, inMs);
  }
}
