/** Writes our small state of a call to each of its live legs, so that a restart loses nothing (FREESWITCH.md, "Keeping small state"). */
import { randomUUID } from "node:crypto";
import { channelUuid, CommandRefused, commands, variableName, variableValue, type SwitchNodes } from "../freeswitch/index.js";
import { ATTRIBUTES_VARIABLE, encodeAttributes } from "./attributes.js";
import type { Channel } from "./channel.js";
import { encodeChannelState } from "./channel-state.js";
import { PARKED, stateOf } from "./leg-state.js";
import type { Logger } from "../logger.js";
import type { Registry } from "./registry.js";
import { isPlayedInBridge } from "./row-facts.js";

const ATTRIBUTES = variableName(ATTRIBUTES_VARIABLE, "variable");
const PRESENCE_DATA = variableName("presence_data", "variable");
/** FreeSWITCH takes the variable into the row only after an execute on the channel. */
const TOUCH = variableValue("x=1", "touch");

/** Of one node: after a reconnect thousands of legs may need a write at once. Users' commands wait behind those that are on their way, so while operations are under way there are few. */
const WRITES_AT_ONCE = { alone: 16, besideOperations: 2 };
/** An operation changes a call several times: the writes are debounced, and the operation's own commands go first. */
const GATHER_MS = 50;
/** How often the writes are debounced again while operations are under way on any call: users wait for those, and nobody for the writes. */
const GATHER_AGAIN = 4;
/** When the leg is to execute something, so that its row shows its state: not while something plays to it in a bridge, and never where it would not, or executes a park anyhow. */
type Touch = "now" | "later" | "never";

/** Backoff of retries: it doubles with each failure. */
const RETRY_MS = { first: 250, longest: 30_000 };
/** How long the last writes may take when Callplane stops. */
const LAST_WRITES_MS = 2000;
/** So much later a row shows what was written (FREESWITCH.md, "Keeping small state"): whoever starts next reads the rows. */
const ROWS_FOLLOW_MS = 250;

/** The writes of one node, so that a slow node does not delay the others. */
class NodeWrites {
  /** Bounded by the live legs: one that has hung up is skipped. */
  readonly pending = new Set<Channel>();
  /** What is on its way to each leg. Bounded by the commands under way. */
  readonly writing = new Map<Channel, string>();
  /** Failures since the last success. */
  failures = 0;
  retry: NodeJS.Timeout | null = null;

  get size(): number {
    return this.pending.size + this.writing.size;
  }

  /** Resets the backoff. */
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
  /** Legs whose written state says that they are parked, before they are. Bounded by the operations under way. */
  readonly #parking = new Set<Channel>();
  /** Legs that something was played to in a bridge when their state was written, so that it does not stand in their rows yet. */
  readonly #untouched = new WeakSet<Channel>();
  readonly #stop: () => void;
  readonly #acting: () => number;
  #gathering: NodeJS.Timeout | null = null;
  /** When FreeSWITCH has taken the last one that its rows are to show, milliseconds of `performance.now()`. */
  #touchedAt = -Infinity;
  #closed = false;
  /** Called when nothing is left to write. */
  #done: () => void = () => undefined;

  /** @param acting operations under way */
  constructor(registry: Registry, nodes: Pick<SwitchNodes, "get">, acting: () => number, logger: Logger) {
    this.#acting = acting;
    this.#registry = registry;
    this.#nodes = nodes;
    this.#logger = logger;
    this.#stop = registry.onChange((change) => {
      if (change.type === "updated" || change.type === "quiet") for (const leg of [...change.call.legs, ...change.call.supervisorLegs]) this.#want(leg);
    });
  }

  /** Legs whose state is still to be written. */
  get pending(): number {
    let pending = 0;
    for (const { size } of this.#writes.values()) pending += size;
    return pending;
  }

  /** Sends the leg's state, if it changed, before any later command. */
  writeNow(leg: Channel): void {
    this.#of(leg).pending.delete(leg);
    void this.#write(leg);
  }

  /** Sends the state of the legs that have answered, if it changed; resolves when FreeSWITCH has it, or is to be asked again later. */
  async write(legs: readonly Channel[]): Promise<void> {
    await Promise.all(legs.filter((leg) => leg.answered && !this.#parking.has(leg)).map((leg) => this.#write(leg)));
  }

  /** The node may have lost the newest writes (FREESWITCH.md, `sofia recover`). */
  nodeReady(node: string): void {
    this.#writes.get(node)?.recovered();
    for (const leg of this.#registry.channelsOf(node)) this.#want(leg);
  }

  forget(node: string): void {
    this.#writes.get(node)?.recovered();
    this.#writes.delete(node);
  }

  /**
   * Writes the state that the legs will have once they are parked, before `park` sends its command: FreeSWITCH takes it into the rows with the park, without a
   * further execute. Afterwards, a state that turned out differently is written again.
   */
  async whileParking<T>(legs: readonly Channel[], park: () => Promise<T>): Promise<T> {
    for (const leg of legs) {
      const { call } = leg;
      if (call === null || leg.hungUp) continue;
      this.#parking.add(leg);
      void this.#send(leg, encodeChannelState(stateOf(call, leg, PARKED)), "never");
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

  /** Accepts no more writes; resolves when FreeSWITCH's rows show the pending ones, or after `LAST_WRITES_MS` without an answer. Idempotent. */
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
    const followsIn = this.#touchedAt + ROWS_FOLLOW_MS - performance.now();
    if (followsIn > 0) await new Promise((resolve) => setTimeout(resolve, followsIn));
    this.#writes.clear();
  }

  #of({ node }: Channel): NodeWrites {
    let writes = this.#writes.get(node);
    if (writes === undefined) this.#writes.set(node, (writes = new NodeWrites()));
    return writes;
  }

  #want(leg: Channel): void {
    // What runs on a leg that copies audio would end its unicast, and its state does not change.
    if (leg.copy !== null) return;
    // A leg that rings executes no application yet. Its state came with the originate, or follows after the answer.
    if (!leg.answered || leg.hungUp || this.#closed) return;
    this.#of(leg).pending.add(leg);
    if (this.#gathering === null) this.#gather(GATHER_AGAIN);
  }

  #gather(again: number): void {
    this.#gathering = setTimeout(() => {
      if (again > 0 && this.#acting() > 0) {
        this.#gather(again - 1);
        return;
      }
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
    const most = this.#acting() > 0 && !this.#closed ? WRITES_AT_ONCE.besideOperations : WRITES_AT_ONCE.alone;
    for (const leg of pending) {
      if (writing.size >= most) return;
      // A change during a write is written after it.
      if (writing.has(leg) || this.#parking.has(leg)) continue;
      pending.delete(leg);
      void this.#write(leg);
    }
  }

  async #write(leg: Channel): Promise<void> {
    const { call } = leg;
    if (call === null || leg.hungUp) return;
    // An eavesdropping leg would execute it only after it stops listening. Of such a leg the variable itself is read, and so it is of one that something plays to.
    const touch = leg.supervision !== null ? "never" : isPlayedInBridge(leg, this.#hasHoldMusic(leg)) ? "later" : "now";
    await this.#send(leg, encodeChannelState(stateOf(call, leg)), touch);
  }

  #hasHoldMusic({ node }: Channel): boolean {
    try {
      const { holdMusic } = this.#nodes.get(node).status();
      return holdMusic !== "" && holdMusic !== "silence";
    } catch {
      // The node was removed, and so the write fails, too.
      return false;
    }
  }

  /** Does not reject. */
  async #send(leg: Channel, wanted: string, touch: Touch): Promise<void> {
    const writes = this.#of(leg);
    const { call } = leg;
    // Of a call whose attributes are not read yet, those that stand on its legs stay.
    const attributes = call === null || call.attributesDue || leg.supervision !== null ? leg.attributesData : encodeAttributes(call.attributes);
    const areNew = attributes !== leg.attributesData;
    const isDue = touch === "now" && this.#untouched.has(leg);
    if (wanted === (writes.writing.get(leg) ?? leg.presenceData) && !areNew && !isDue) return;
    writes.writing.set(leg, wanted);
    if (touch === "later") this.#untouched.add(leg);
    else this.#untouched.delete(leg);
    try {
      const node = this.#nodes.get(leg.node);
      // Sent at once: one socket keeps their order, and the state goes ahead of what is sent next.
      const note = areNew ? commands.setVariable(leg.uuid, ATTRIBUTES, variableValue(attributes, ATTRIBUTES)) : null;
      const write = commands.setVariable(leg.uuid, PRESENCE_DATA, variableValue(wanted, "presence_data"));
      const noted = note === null ? null : node.api(note);
      const written = node.api(write);
      const touched = touch === "now" ? node.send(commands.execute(leg.uuid, "set", TOUCH, channelUuid(randomUUID()))) : null;
      await Promise.all([noted, written, touched]);
      if (touched !== null) this.#touchedAt = performance.now();
      this.#registry.annotateLeg(leg, { presenceData: wanted, ...(areNew ? { attributesData: attributes } : {}) });
      writes.recovered();
    } catch (error) {
      this.#failed(leg, writes, error);
    }
    // A newer write may have replaced it.
    if (writes.writing.get(leg) === wanted) writes.writing.delete(leg);
    this.#writeNext(writes);
    if (this.pending === 0) this.#done();
  }

  /** Schedules a retry, unless FreeSWITCH does not know the leg. */
  #failed(leg: Channel, writes: NodeWrites, error: unknown): void {
    // Which state is there now is unknown.
    this.#registry.annotateLeg(leg, { presenceData: "" });
    if (leg.hungUp || this.#closed) return;
    if (error instanceof CommandRefused) {
      this.#logger.debug({ err: error, channel: leg.uuid }, "FreeSWITCH does not know a leg whose state was to be written");
      return;
    }
    writes.pending.add(leg);
    // One retry serves all failures of a node.
    if (writes.retry !== null) return;
    const inMs = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** writes.failures++);
    if (writes.failures === 1) this.#logger.warn({ err: error, node: leg.node, channel: leg.uuid, retryInMs: inMs }, "the state of calls cannot be written to FreeSWITCH; retrying");
    writes.retry = setTimeout(() => {
      writes.retry = null;
      this.#writeNext(writes);
    }, inMs);
  }
}
