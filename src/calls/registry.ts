import type { ChannelEvent, ConferenceEvent, SwitchSnapshot } from "../freeswitch/index.js";
import { CallIndex } from "./call-index.js";
import type { Call, ParkMode } from "./call.js";
import { Changes, type RegistryChange } from "./changes.js";
import { Channel, saysAnswered, type ReadNumber } from "./channel.js";
import { decodeChannelState, type ChannelState } from "./channel-state.js";
import { applyEvent } from "./channel-events.js";
import { applyFindings, type ChannelFindings } from "./findings.js";
import { Grouping } from "./grouping.js";
import { Identity } from "./identity.js";
import { removeChannel, setAnswered, setParked, type Picture } from "./leg-changes.js";
import type { Logger } from "../logger.js";
import { NodeClocks } from "./node-clocks.js";
import type { Directory } from "../people/index.js";
import { Proofs } from "./proofs.js";
import type { WaitingStage } from "./types.js";
import type { LegChange } from "./trace.js";
import { applySnapshot } from "./rebuild.js";

export interface RegistryCounters {
  /** Events of channels that the registry does not know. */
  unknownChannel(): void;
  /** A `presence_data` that variables to be ours and does not parse. */
  badState(): void;
  /** Channels that a drift check found missing, left over or doing something else. */
  drift(count: number): void;
}

export interface RegistryDependencies {
  readonly directory: Directory;
  readonly logger: Logger;
  readonly counters: RegistryCounters;
  /** How an organization's people write numbers; without it they are shown as FreeSWITCH tells them. */
  readonly readNumber?: ReadNumber;
}

/** Our own small state of a call; `undefined` leaves a field as it is. */
export interface CallPatch {
  readonly owner?: string | null;
  readonly queue?: string | null;
  readonly mode?: ParkMode | null;
  readonly stage?: WaitingStage | null;
}

/**
 * The live picture of every channel and call. It is written by FreeSWITCH's events and snapshots; the one exception is `annotate`,
 * the small state that FreeSWITCH keeps for us on the channels (DESIGN: a command never edits state).
 */
export class Registry {
  readonly index = new CallIndex();
  readonly proofs = new Proofs();
  readonly directory: Directory;
  readonly #logger: Logger;
  readonly #counters: RegistryCounters;
  /** Told of channels of which neither events nor columns tell enough (`drift`: of which they tell different things); `clarify` and `gone` take what FreeSWITCH says when asked. */
  onUnclear: (channels: readonly Channel[], why: "unclear" | "drift") => void = () => undefined;
  /** Told of events of channels that are not known: born before we listened and not yet in FreeSWITCH's table when it was read. */
  onUnknown: (node: string) => void = () => undefined;
  readonly #clocks = new NodeClocks();
  readonly #changes: Changes;
  readonly #picture: Picture;

  constructor({ directory, logger, counters, readNumber }: RegistryDependencies) {
    this.directory = directory;
    this.#logger = logger;
    this.#counters = counters;
    this.#changes = new Changes(this.index, logger);
    const identity = new Identity(this.index, directory, this.#changes);
    const grouping = new Grouping(this.index, directory, identity, this.#changes, (channel) => this.#refuseState(channel));
    // A colleague's extension is no phone number, whatever its digits could mean.
    const read: ReadNumber | undefined = readNumber && ((organizationId, written) => (directory.agentByExtension(organizationId, written) === undefined ? readNumber(organizationId, written) : null));
    this.#picture = {
      index: this.index,
      identity,
      grouping,
      changes: this.#changes,
      newChannel: (uuid, node) => new Channel(uuid, node, read),
      readState: (channel, presenceData) => this.#readState(channel, presenceData),
    };
  }

  /** Handlers run after the registry holds the change; their exceptions are contained. */
  onChange(handler: (change: RegistryChange) => void): () => void {
    return this.#changes.onChange(handler);
  }

  onLeg(handler: (change: LegChange) => void): () => void {
    return this.#changes.onLeg(handler);
  }

  channel(uuid: string): Channel | undefined {
    return this.index.channels.get(uuid);
  }

  /** Channels of one node. */
  channelsOf(node: string): Channel[] {
    return [...this.index.channels.values()].filter((channel) => channel.node === node);
  }

  close(): void {
    this.proofs.close();
    this.#changes.close();
  }

  nodeDown(node: string): void {
    this.proofs.nodeDown(node);
  }

  /** The time of this FreeSWITCH. */
  now(node: string): Date {
    return new Date(this.#clocks.nowUs(node) / 1000);
  }

  heartbeat(node: string, timestampUs: number): void {
    this.#clocks.seen(node, timestampUs);
  }

  /** A node that is followed no more: its channels leave the picture, and their calls have not ended for that. */
  forget(node: string): void {
    this.proofs.nodeDown(node);
    for (const channel of this.channelsOf(node)) {
      if (channel.call !== null) channel.call.forgotten = true;
      removeChannel(this.#picture, channel);
      this.proofs.changed(channel.uuid);
    }
    this.#changes.flush();
    this.#clocks.forget(node);
  }

  channelEvent(node: string, event: ChannelEvent): void {
    this.#clocks.seen(node, event.timestampUs);
    this.#changes.atUs = event.timestampUs;
    let channel = this.index.channels.get(event.uuid);
    if (channel === undefined) {
      // Only CREATE makes a channel: a late event after DESTROY must not bring it back. What was missed comes with the next snapshot.
      if (event.name !== "CHANNEL_CREATE") {
        this.#counters.unknownChannel();
        this.onUnknown(node);
        return;
      }
      channel = this.#createChannel(node, event);
    }
    channel.lastSequence = event.sequence;
    if (event.recordedVariable === "true") channel.toBeRecorded = true;
    if (channel.merge(event.row)) this.index.touch(channel);
    if (channel.sipCallId === null && event.sipCallId !== "") channel.sipCallId = event.sipCallId;
    if (!channel.answered && saysAnswered(event)) setAnswered(this.#picture, channel, event.answeredUs || event.timestampUs);
    this.#picture.identity.claim(channel, event);
    applyEvent(this.#picture, channel, event);
    if (channel.call !== null && event.name === "CHANNEL_CALLSTATE") this.#changes.markDirty(channel.call);
    this.#changes.flush();
    this.proofs.changed(event.uuid);
  }

  conferenceEvent(node: string, event: ConferenceEvent): void {
    this.#clocks.seen(node, event.timestampUs);
    this.#changes.atUs = event.timestampUs;
    const channel = this.index.channels.get(event.uuid);
    if (channel === undefined) return;
    if (event.action === "add-member" || event.action === "del-member") {
      channel.inConference = event.action === "add-member";
      if (channel.inConference) setParked(this.#picture, channel, false);
      if (channel.call !== null) this.#changes.markDirty(channel.call);
    }
    this.#changes.flush();
    this.proofs.changed(event.uuid);
  }

  /** The whole truth of a node (DESIGN decision 4): what is not in it has ended, what was missed is made up. */
  snapshot(node: string, snapshot: SwitchSnapshot): void {
    this.#changes.atUs = this.#clocks.nowUs(node);
    const { added, removed, unclear, suspects } = applySnapshot(this.#picture, node, snapshot);
    if (snapshot.reason === "drift" && added + removed.length > 0) this.corrected(node, { added, removed: removed.length });
    this.#changes.flush();
    for (const { uuid } of removed) this.proofs.changed(uuid);
    if (unclear.length > 0) this.onUnclear(unclear, "unclear");
    if (suspects.length > 0) this.onUnclear(suspects, "drift");
  }

  /** Counts and logs what a drift check set right. */
  corrected(node: string, what: { readonly added: number; readonly removed: number } | { readonly channel: string; readonly found: "gone" | "doing something else" }): void {
    this.#counters.drift("added" in what ? what.added + what.removed : 1);
    this.#logger.warn({ node, ...what }, "the registry had drifted from FreeSWITCH and was corrected");
  }

  /** FreeSWITCH does not know this channel any more. */
  gone(channel: Channel): void {
    if (this.index.channels.get(channel.uuid) !== channel) return;
    this.#changes.atUs = this.#clocks.nowUs(channel.node);
    removeChannel(this.#picture, channel);
    this.#changes.flush();
    this.proofs.changed(channel.uuid);
  }

  /** What `uuid_dump` told of an unclear channel. Gives whether it does something else than was known. */
  clarify(channel: Channel, found: ChannelFindings): boolean {
    if (channel.hungUp || this.index.channels.get(channel.uuid) !== channel) return false;
    const before = { parked: channel.parked, partner: channel.partner };
    this.#changes.atUs = this.#clocks.nowUs(channel.node);
    applyFindings(this.#picture, channel, found);
    this.#changes.flush();
    this.proofs.changed(channel.uuid);
    return channel.parked !== before.parked || channel.partner !== before.partner;
  }

  /** Writes our own small state; it rides to FreeSWITCH with the next change. */
  annotate(call: Call, patch: CallPatch): void {
    if (patch.owner !== undefined) call.owner = patch.owner;
    if (patch.queue !== undefined && patch.queue !== call.queue) {
      call.queue = patch.queue;
      call.queuedAt = patch.queue === null ? null : this.now(call.node);
      call.stage = null;
    }
    if (patch.stage !== undefined) call.stage = patch.stage;
    if (patch.mode !== undefined) {
      call.mode = patch.mode;
      call.parkedAt = patch.mode === "parked" ? this.now(call.node) : null;
    }
    this.markChanged(call);
  }

  /** An agent's leg that is sent to a department waits in it as any caller does. It is told with the next change. */
  waitsAsCaller(channel: Channel): void {
    this.#picture.identity.callsDepartment(channel);
  }

  /** Tells that something of this call changed that events do not show (a leg's consult mark, a supervision's mode). */
  markChanged(call: Call): void {
    this.#changes.atUs = this.#clocks.nowUs(call.node);
    this.#changes.markDirty(call);
    this.#changes.flush();
  }

  #createChannel(node: string, event: ChannelEvent): Channel {
    const { newChannel, readState, grouping } = this.#picture;
    const channel = newChannel(event.uuid, node);
    channel.createdSequence = event.sequence;
    channel.coreUuid = event.coreUuid;
    channel.createdAt = new Date(event.timestampUs / 1000);
    channel.merge(event.row);
    const state = readState(channel, event.row.presence_data ?? "");
    grouping.adopt(channel, state, event.otherType === "originator" || event.row.direction === "outbound" ? event.otherLeg : "", event);
    this.#changes.leg("initiated", channel);
    return channel;
  }

  #readState(channel: Channel, presenceData: string): ChannelState | undefined {
    channel.presenceData = presenceData;
    if (presenceData === "") return undefined;
    const state = decodeChannelState(presenceData);
    if (state === undefined) this.#refuseState(channel);
    return state;
  }

  #refuseState(channel: Channel): void {
    this.#counters.badState();
    this.#logger.warn({ node: channel.node, channel: channel.uuid }, "presence_data of a channel is not ours or does not parse; ignored");
  }
}
