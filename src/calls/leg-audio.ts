/** The audio of single legs, for the room that streams it to programs. No face uses it. */
import { conflict } from "../errors.js";
import { commands, endpoints, type ChannelUuid, type EavesdropDigit, type UdpAddress } from "../freeswitch/index.js";
import type { SupervisionMode } from "../people/index.js";
import type { Channel } from "./channel.js";
import { encodeChannelState } from "./channel-state.js";
import { confirmed, whileUp } from "./control/confirm.js";
import { attempt, newUuid, nodeOf, type ControlContext } from "./control/context.js";
import { release } from "./control/legs.js";

/** A leg as a stream needs it. Its fields go on changing. */
export type AudioLeg = Pick<Channel, "uuid" | "node" | "answered" | "hungUp" | "parked" | "playing"> & {
  readonly columns: Pick<Channel["columns"], "read_rate">;
};

/** Whose voice a copy has: the leg's party's, what the leg's party hears, or both in one mix. */
export type CopiedSide = "said" | "heard" | "mixed";

export interface CopyRequest {
  /** The stream that it is for: `begin` must have been called. */
  readonly stream: string;
  readonly of: ChannelUuid;
  readonly side: CopiedSide;
  /** How what is sent to the copy is heard; null: by nobody. Needs the side `mixed`. */
  readonly speaks: Exclude<SupervisionMode, "listen"> | null;
}

/** Of the copied leg: `2` its own party hears, `3` its partner as well. */
const DIGIT: Record<SupervisionMode, EavesdropDigit> = { listen: "0", whisper: "2", barge: "3" };
/** FreeSWITCH rings nobody for it: both ends are its own. */
const COPY_S = 5;

/**
 * Two ways to a leg's audio. `unicast` on the leg itself, both directions, while it is parked. And a copy: a loopback whose far end eavesdrops, and whose near
 * end is parked for `unicast`; the copied leg does what it likes meanwhile. `eavesdrop_bridge_aleg` and `_bleg` take one side alone
 * (switch_ivr_async.c, switch_ivr_eavesdrop_session: ED_BRIDGE_READ, ED_BRIDGE_WRITE), so no file system is shared and FreeSWITCH may run on another host.
 */
export class LegAudio {
  readonly #context: ControlContext;
  /** Sids of streams that are under way here. Bounded by the streams, each of which calls `finish`. */
  readonly #streams = new Set<string>();
  readonly #stop: () => void;

  constructor(context: ControlContext) {
    this.#context = context;
    this.#stop = context.registry.onChange((change) => {
      if (change.type !== "supervision" || change.what !== "started" || change.leg.copy === null) return;
      // Left by the process before: its program's connection ended with it.
      if (!this.#streams.has(change.leg.copy.stream)) void release(this.#context, change.leg);
    });
  }

  close(): void {
    this.#stop();
  }

  /** A live leg; undefined when there is none of this uuid. */
  find(uuid: string): AudioLeg | undefined {
    const channel = this.#context.registry.channel(uuid);
    return channel === undefined || channel.hungUp ? undefined : channel;
  }

  /** From now on copies for this stream are this process's. */
  begin(stream: string): void {
    this.#streams.add(stream);
  }

  finish(stream: string): void {
    this.#streams.delete(stream);
  }

  /** `handler` is called when the leg hangs up. Returns the unsubscribe function. */
  onEnd(uuid: string, handler: () => void): () => void {
    return this.#context.registry.onLeg(({ type, leg }) => {
      if (type === "completed" && leg.uuid === uuid) handler();
    });
  }

  /** `handler` is called with each key that the leg's party presses. Returns the unsubscribe function. */
  onDigit(uuid: string, handler: (digit: string) => void): () => void {
    return this.#context.registry.onLeg((change) => {
      if (change.type === "digit" && change.leg.uuid === uuid) handler(change.digit);
    });
  }

  /** Asks for both directions of a parked leg's audio. The first datagram is the proof. Throws SwitchUnavailable, Timeout, Conflict. */
  async unicast({ uuid }: AudioLeg, local: UdpAddress, remote: UdpAddress): Promise<void> {
    const channel = this.#leg(uuid);
    await nodeOf(this.#context, channel).send(commands.unicast(channel.uuid, local, remote));
  }

  /** Parks the leg anew: what ran in its park, a unicast too, has ended. Throws Conflict when it hangs up, Timeout. */
  async parkAnew({ uuid }: AudioLeg, signal?: AbortSignal): Promise<void> {
    const channel = this.#leg(uuid);
    const node = nodeOf(this.#context, channel);
    const before = channel.parks;
    await confirmed(this.#context, node, () => node.api(commands.transferInline(channel.uuid, [{ app: "park" }])), {
      uuids: [uuid],
      proof: () => whileUp(channel.parks > before, [channel, "leg"]),
      of: "CHANNEL_PARK",
      signal,
      ask: [channel],
    });
  }

  /** Begins a copy; resolves with its near end, parked. It ends with the leg that it copies. Throws Conflict, CALL_FAILED (no mod_loopback), SwitchUnavailable, Timeout. */
  async copy({ stream, of, side, speaks }: CopyRequest, signal: AbortSignal): Promise<AudioLeg> {
    const { registry, settings } = this.#context;
    const target = this.#leg(of);
    const { call } = target;
    if (call === null || !target.answered) throw conflict("The leg is not answered.");
    const node = nodeOf(this.#context, target);
    const uuid = newUuid();
    const state = encodeChannelState({ v: 1, c: call.id, o: call.organizationId ?? undefined, r: "supervisor", F: { s: stream, t: registry.now(call.node).getTime(), u: of } });
    const originate = commands.originate({
      uuid,
      endpoint: endpoints.copyOf(of),
      timeoutS: COPY_S,
      variables: {
        presence_data: state,
        eavesdrop_enable_dtmf: "false",
        eavesdrop_bridge_aleg: side === "said" ? "true" : "",
        eavesdrop_bridge_bleg: side === "heard" ? "true" : "",
        eavesdrop_whisper_bleg: speaks === null ? "" : "true",
        eavesdrop_whisper_aleg: speaks === "barge" ? "true" : "",
        // Nobody called anybody.
        process_cdr: "false",
      },
    });
    const timeoutMs = COPY_S * 1000 + settings.confirmMs;
    const copied = target.eavesdrops;
    const near = (): Channel | undefined => {
      whileUp(false, [target, "leg"]);
      const channel = registry.channel(uuid);
      if (channel?.hungUp === true) throw conflict("FreeSWITCH ended the copy.");
      return channel?.parked === true && target.eavesdrops > copied ? channel : undefined;
    };
    try {
      return await confirmed(this.#context, node, () => node.bgapi(originate, { timeoutMs }), { uuids: [uuid, of], proof: near, of: "MEDIA_BUG_START", signal, timeoutMs });
    } catch (error) {
      if (node.status().state === "ready") await attempt(this.#context, node, commands.kill(uuid, "NORMAL_CLEARING"));
      throw error;
    }
  }

  /** By whom what is sent to the copy is heard from now on. FreeSWITCH has no event for it: its reply is the confirmation. */
  async speak({ uuid }: AudioLeg, mode: SupervisionMode): Promise<void> {
    const near = this.#leg(uuid);
    // The far end eavesdrops; it carries the same state.
    const far = [...this.#context.registry.index.channels.values()].find((channel) => channel !== near && channel.copy !== null && channel.copy.stream === near.copy?.stream && channel.columns.name === near.columns.name.replace(/-a$/, "-b"));
    if (far === undefined) throw conflict("The copy has ended.");
    await nodeOf(this.#context, far).send(commands.eavesdropMode(far.uuid, DIGIT[mode]));
  }

  /** Ends a copy; a failure is only logged. */
  async release({ uuid }: AudioLeg): Promise<void> {
    await release(this.#context, this.#context.registry.channel(uuid));
  }

  #leg(uuid: string): Channel {
    const channel = this.#context.registry.channel(uuid);
    if (channel === undefined || channel.hungUp) throw conflict("The leg hung up.");
    return channel;
  }
}
