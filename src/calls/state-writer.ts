/** Writes our small state of a call to every live leg of it, so that a restart loses nothing (FREESWITCH.md, "Keeping small state"). */
import { randomUUID } from "node:crypto";
import { channelUuid, commands, variableName, variableValue, type SwitchNodes } from "../freeswitch/index.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { encodeChannelState, stateWord, type ChannelState } from "./channel-state.js";
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
    ...optional("a", call.owner === null ? undefined : stateWord(call.owner)),
    ...optional("q", call.queue === null ? undefined : stateWord(call.queue)),
    ...optional("t", call.queuedAt?.getTime()),
    ...optional("i", call.priority === 0 ? undefined : call.priority),
    ...optional("h", call.stage === null ? undefined : STAGES[call.stage]),
    ...optional("e", call.queue !== null || call.department === null ? undefined : stateWord(call.department)),
    ...optional("z", leg.columns.direction !== "inbound" || leg.queueVariable === (call.department ?? "") ? undefined : (stateWord(leg.queueVariable) ?? "")),
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
    ...optional("f", stateWord(call.from)),
    ...optional("u", stateWord(call.to)),
    ...(watch === null ? {} : { w: { a: watch.agentId, m: watch.mode, t: watch.since.getTime(), u: watch.target } }),
  };
}

const STAGES = { waiting: "w", message: "m" } as const;

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const out: Partial<Record<K, V>> = {};
  if (value !== undefined) out[key] = value;
  return out;
}

/** After a reconnect thousands of legs may want it at once; commands of people must not wait behind them. */
const WRITES_AT_ONCE = 16;
/** An operation changes a call several times, and its own commands go first: what is written a little later is written once. */
const GATHER_MS = 50;
/** How long the last writes may take when Callplane stops. */
const LAST_WRITES_MS = 2000;

export class StateWriter {
  readonly #nodes: SwitchNodes;
  readonly #logger: Logger;
  /** Bounded by the live legs: one that has hung up is passed over. */
  readonly #pending = new Set<Channel>();
  /** What is on its way to each leg. Bounded by the commands under way. */
  readonly #writing = new Map<Channel, string>();
  /** Their state is ahead of what they do. Bounded by the operations under way. */
  readonly #parking = new Set<Channel>();
  readonly #stop: () => void;
  #gathering: NodeJS.Timeout | null = null;
  #closed = false;
  /** Called when nothing is left to write. */
  #done: () => void = () => undefined;

  constructor(registry: Registry, nodes: SwitchNodes, logger: Logger) {
    this.#nodes = nodes;
    this.#logger = logger;
    this.#stop = registry.onChange((change) => {
      if (change.type === "updated") for (const leg of [...change.call.legs, ...change.call.spies]) this.#want(leg);
    });
  }

  /** Legs whose state is still to be written. */
  get pending(): number {
    return this.#pending.size + this.#writing.size;
  }

  /** Sends the leg's state, when it changed, before any command that is given after this. */
  writeNow(leg: Channel): void {
    this.#pending.delete(leg);
    void this.#write(leg);
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
    this.#writeNext();
    await done;
    clearTimeout(timer);
    this.#pending.clear();
  }

  #want(leg: Channel): void {
    // A leg that rings runs no application yet; its state came with the originate or follows at the answer.
    if (!leg.answered || leg.hungUp || this.#closed) return;
    this.#pending.add(leg);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#writeNext();
    }, GATHER_MS);
  }

  #writeNext(): void {
    for (const leg of this.#pending) {
      if (this.#writing.size >= WRITES_AT_ONCE) return;
      // What changed while it is being written is written after that.
      if (this.#writing.has(leg) || this.#parking.has(leg)) continue;
      this.#pending.delete(leg);
      void this.#write(leg);
    }
    if (this.pending === 0) this.#done();
  }

  async #write(leg: Channel): Promise<void> {
    const { call } = leg;
    if (call === null || leg.hungUp) return;
    // An eavesdropping leg would run it only when it has stopped to listen; there the variable itself is read back.
    await this.#send(leg, encodeChannelState(stateOf(call, leg)), { touch: leg.watch === null });
  }

  /** Does not reject. */
  async #send(leg: Channel, wanted: string, { touch }: { readonly touch: boolean }): Promise<void> {
    if (wanted === (this.#writing.get(leg) ?? leg.presenceData)) return;
    this.#writing.set(leg, wanted);
    try {
      const node = this.#nodes.get(leg.node);
      const written = node.api(commands.setVariable(leg.uuid, PRESENCE_DATA, variableValue(wanted, "presence_data")));
      const touched = touch ? node.send(commands.execute(leg.uuid, "set", TOUCH, channelUuid(randomUUID()))) : null;
      await Promise.all([written, touched]);
      leg.presenceData = wanted;
    } catch (error) {
      // The leg may have ended meanwhile, or the node is away: the next change writes again.
      if (!leg.hungUp) this.#logger.debug({ err: error, channel: leg.uuid }, "the state of a call could not be written to its leg");
    }
    // Unless a newer one has been sent meanwhile.
    if (this.#writing.get(leg) === wanted) this.#writing.delete(leg);
    this.#writeNext();
  }
}
