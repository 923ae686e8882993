import type { ChannelEvent, ConferenceEvent, SwitchSnapshot } from "../freeswitch/types.js";
import { channelUuid } from "../freeswitch/words.js";
import { CallIndex } from "./call-index.js";
import type { Call, ParkMode } from "./call.js";
import { Changes, type RegistryChange } from "./changes.js";
import { Channel, saysAnswered, unlink } from "./channel.js";
import { decodeChannelState, type ChannelState } from "./channel-state.js";
import { Grouping } from "./grouping.js";
import { Identity } from "./identity.js";
import type { Logger } from "./logger.js";
import type { Directory } from "./ports.js";
import { Proofs } from "./proofs.js";
import type { WaitingStage } from "./queueing.js";
import { applySnapshot } from "./rebuild.js";

export interface RegistryCounters {
  /** Events of channels that the registry does not know. */
  unknownChannel(): void;
  /** A `presence_data` that claims to be ours and does not parse. */
  badState(): void;
  /** Channels that a drift check found missing, left over or doing something else. */
  drift(count: number): void;
}

export interface RegistryDependencies {
  readonly directory: Directory;
  readonly logger: Logger;
  readonly counters: RegistryCounters;
}

/** What `uuid_dump` tells; "" where it does not. */
export interface ChannelFindings {
  readonly organization: string;
  readonly domain: string;
  readonly queue: string;
  readonly priority?: string;
  readonly partner: string;
  readonly presenceData: string;
  readonly answered: boolean;
  /** What its dialplan runs now. */
  readonly application: string;
}

/** What the `set` of a bound digit says. */
export const KEY_PRESSED = "callplane_key=1";

/** A caller's priority as her dialplan gave it; 0 for what is none. */
function priorityOf(variable: string): number {
  return /^-?(?:\d|10)$/.test(variable) ? Number(variable) : 0;
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
  readonly #directory: Directory;
  readonly #logger: Logger;
  readonly #counters: RegistryCounters;
  /** Told of channels of which neither events nor columns tell enough (`drift`: of which they tell different things); `clarify` and `gone` take what FreeSWITCH says when asked. */
  onUnclear: (channels: readonly Channel[], why: "unclear" | "drift") => void = () => undefined;
  /** Told of events of channels that are not known: born before we listened and not yet in FreeSWITCH's table when it was read. */
  onUnknown: (node: string) => void = () => undefined;
  readonly #changes: Changes;
  readonly #identity: Identity;
  readonly #grouping: Grouping;

  constructor({ directory, logger, counters }: RegistryDependencies) {
    this.#directory = directory;
    this.#logger = logger;
    this.#counters = counters;
    this.#changes = new Changes(this.index, logger);
    this.#identity = new Identity(this.index, directory, this.#changes);
    this.#grouping = new Grouping(this.index, directory, this.#identity, this.#changes, (channel) => this.refuseState(channel));
  }

  /** Handlers run after the registry holds the change; their exceptions are contained. */
  onChange(handler: (change: RegistryChange) => void): () => void {
    return this.#changes.onChange(handler);
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

  channelEvent(node: string, event: ChannelEvent): void {
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
    if (!channel.answered && saysAnswered(event)) this.#answered(channel, event.answeredUs || event.timestampUs);
    this.#identity.claimOrganization(channel, event);
    this.#apply(channel, event);
    if (channel.call !== null && event.name === "CHANNEL_CALLSTATE") this.#changes.markDirty(channel.call);
    this.#changes.flush();
    this.proofs.changed(event.uuid);
  }

  conferenceEvent(event: ConferenceEvent): void {
    const channel = this.index.channels.get(event.uuid);
    if (channel === undefined) return;
    if (event.action === "add-member" || event.action === "del-member") {
      channel.inConference = event.action === "add-member";
      if (channel.inConference) this.#parkedBy(channel, false);
      if (channel.call !== null) this.#changes.markDirty(channel.call);
    }
    this.#changes.flush();
    this.proofs.changed(event.uuid);
  }

  /** The whole truth of a node (DESIGN decision 4): what is not in it has ended, what was missed is made up. */
  snapshot(node: string, snapshot: SwitchSnapshot): void {
    const { added, unclear, suspects } = applySnapshot(this, node, snapshot);
    if (snapshot.reason === "drift" && added > 0) this.corrected(node, { added });
    this.#changes.flush();
    if (unclear.length > 0) this.onUnclear(unclear, "unclear");
    if (suspects.length > 0) this.onUnclear(suspects, "drift");
  }

  /** Counts and logs what a drift check set right. */
  corrected(node: string, what: { readonly added: number } | { readonly channel: string; readonly found: "gone" | "doing something else" }): void {
    this.#counters.drift("added" in what ? what.added : 1);
    this.#logger.warn({ node, ...what }, "the registry had drifted from FreeSWITCH and was corrected");
  }

  /** FreeSWITCH does not know this channel any more. */
  gone(channel: Channel): void {
    if (this.index.channels.get(channel.uuid) !== channel) return;
    this.remove(channel);
    this.#changes.flush();
  }

  /** What `uuid_dump` told of an unclear channel. Gives whether it does something else than was known. */
  clarify(channel: Channel, found: ChannelFindings): boolean {
    if (channel.hungUp || this.index.channels.get(channel.uuid) !== channel) return false;
    const before = { parked: channel.parked, partner: channel.partner };
    this.#identity.claimOrganization(channel, { orgVariable: found.organization, domainVariable: found.domain });
    const { watch } = channel;
    if (watch !== null) {
      // The row of an eavesdropping leg stays as it was at the originate; the variable itself does not.
      const w = decodeChannelState(found.presenceData)?.w;
      if (w !== undefined) {
        watch.mode = w.m;
        watch.target = channelUuid(w.u);
        channel.presenceData = found.presenceData;
      }
      if (channel.call !== null) this.markChanged(channel.call);
      return false;
    }
    if (!channel.answered && found.answered) this.#answered(channel, Date.now() * 1000);
    if (channel.answered) this.#doingAs(channel, found);
    const { call } = channel;
    if (call !== null) {
      if (channel.parked && call.queue === null && (call.owner === null || (channel.role === "agent" && call.owner === channel.agentId)) && found.queue !== "" && channel.columns.direction === "inbound") {
        channel.queueVariable = found.queue;
        this.#identity.callsDepartment(channel);
        const state = decodeChannelState(found.presenceData);
        const known = state?.q === found.queue && state.c === call.id ? state : undefined;
        call.queue = found.queue;
        call.queuedAt = known?.t === undefined ? call.createdAt : new Date(known.t);
        call.priority = known?.i ?? priorityOf(found.priority ?? "");
        call.stage = known?.h === "w" ? "waiting" : known?.h === "m" ? "message" : null;
      }
      this.#changes.markDirty(call);
    }
    this.#changes.flush();
    this.proofs.changed(channel.uuid);
    return channel.parked !== before.parked || channel.partner !== before.partner;
  }

  #doingAs(channel: Channel, { partner: uuid, application }: ChannelFindings): void {
    const partner = this.index.channels.get(uuid);
    if (partner !== undefined && !partner.hungUp) {
      if (channel.partner !== partner) this.bridged(channel, partner);
    } else if (!channel.inConference && application !== "bridge") {
      unlink(channel);
      this.#parkedBy(channel, true);
    }
  }

  /** Writes our own small state; it rides to FreeSWITCH with the next change. */
  annotate(call: Call, patch: CallPatch): void {
    if (patch.owner !== undefined) call.owner = patch.owner;
    if (patch.queue !== undefined && patch.queue !== call.queue) {
      call.queue = patch.queue;
      call.queuedAt = patch.queue === null ? null : new Date();
      call.stage = null;
    }
    if (patch.stage !== undefined) call.stage = patch.stage;
    if (patch.mode !== undefined) {
      call.mode = patch.mode;
      call.parkedAt = patch.mode === "parked" ? new Date() : null;
    }
    this.markChanged(call);
  }

  /** Tells that something of this call changed that events do not show (a leg's consult mark, a supervision's mode). */
  markChanged(call: Call): void {
    this.#changes.markDirty(call);
    this.#changes.flush();
  }

  // --- for rebuild.ts ---

  adopt(channel: Channel, claimed: ChannelState | undefined, relatedUuid: string): ChannelState | undefined {
    return this.#grouping.adopt(channel, claimed, relatedUuid);
  }

  bridged(a: Channel, b: Channel): void {
    this.#grouping.bridged(a, b);
  }

  remove(channel: Channel): void {
    this.#hangup(channel, channel.hangupCause);
    this.index.removeChannel(channel);
    this.proofs.changed(channel.uuid);
  }

  refuseState(channel: Channel): void {
    this.#counters.badState();
    this.#logger.warn({ node: channel.node, channel: channel.uuid }, "presence_data of a channel is not ours or does not parse; ignored");
  }

  markDirty(call: Call): void {
    this.#changes.markDirty(call);
  }

  // --- events ---

  #createChannel(node: string, event: ChannelEvent): Channel {
    const channel = new Channel(event.uuid, node);
    channel.createdSequence = event.sequence;
    channel.coreUuid = event.coreUuid;
    channel.createdAt = new Date(event.timestampUs / 1000);
    channel.merge(event.row);
    const state = this.readState(channel, event.row.presence_data ?? "");
    this.adopt(channel, state, event.otherType === "originator" || event.row.direction === "outbound" ? event.otherLeg : "");
    return channel;
  }

  readState(channel: Channel, presenceData: string): ChannelState | undefined {
    channel.presenceData = presenceData;
    if (presenceData === "") return undefined;
    const state = decodeChannelState(presenceData);
    if (state === undefined) this.refuseState(channel);
    return state;
  }

  #apply(channel: Channel, event: ChannelEvent): void {
    const { call } = channel;
    switch (event.name) {
      case "CHANNEL_BRIDGE": {
        const a = this.index.channels.get(event.bridgeA);
        const b = this.index.channels.get(event.bridgeB);
        if (a !== undefined && b !== undefined) this.bridged(a, b);
        break;
      }
      case "CHANNEL_UNBRIDGE": {
        const other = this.index.channels.get(event.bridgeA === channel.uuid ? event.bridgeB : event.bridgeA);
        // A leg that was taken over is unbridged after its new bridge has begun: that one stays.
        if (other !== undefined && channel.partner === other) unlink(channel);
        if (call !== null) this.#changes.markDirty(call);
        break;
      }
      case "CHANNEL_PARK":
        channel.parks++;
        unlink(channel);
        this.#parkedBy(channel, true);
        this.#queueByVariable(channel, event);
        break;
      case "CHANNEL_UNPARK":
        this.#parkedBy(channel, false);
        break;
      case "CHANNEL_ANSWER":
      case "CHANNEL_HOLD":
      case "CHANNEL_UNHOLD":
        if (call !== null) this.#changes.markDirty(call);
        break;
      case "MEDIA_BUG_START":
      case "MEDIA_BUG_STOP":
        this.#mediaBug(channel, event.mediaBug, event.name === "MEDIA_BUG_START" ? 1 : -1);
        break;
      case "RECORD_START":
        channel.recordings.push(event.recordPath);
        if (call !== null) this.#changes.markDirty(call);
        break;
      case "RECORD_STOP":
        channel.recordings = channel.recordings.filter((path) => path !== event.recordPath);
        if (call !== null) this.#changes.markDirty(call);
        break;
      case "PLAYBACK_START":
      case "PLAYBACK_STOP":
        channel.playing = event.name === "PLAYBACK_START";
        break;
      case "CHANNEL_EXECUTE_COMPLETE":
        channel.completed = event.applicationUuid;
        if (event.application === "set") this.#keyPressed(channel, event.applicationData);
        if (event.application === "eavesdrop" && channel.watch !== null && call !== null && !channel.hungUp) this.#changes.tell({ type: "spy", call, leg: channel, what: "idle" });
        break;
      case "CHANNEL_HANGUP":
        if (!channel.hungUp) {
          channel.hungUpAt = new Date(event.timestampUs / 1000);
          channel.hangupDisposition = event.hangupDisposition;
        }
        this.#hangup(channel, event.hangupCause);
        break;
      case "CHANNEL_DESTROY":
        this.remove(channel);
        break;
      default:
        break;
    }
  }

  /** A digit that the caller was bound to runs `set`, whose execution is all that is told of it (control/waiting.ts). */
  #keyPressed(channel: Channel, data: string): void {
    const { call } = channel;
    if (call === null || call.queue === null || data !== KEY_PRESSED) return;
    this.#changes.tell({ type: "key", call });
  }

  #answered(channel: Channel, atUs: number): void {
    channel.answered = true;
    channel.answeredAt = new Date(atUs / 1000);
    const { call } = channel;
    if (call === null || channel.role === "supervisor") return;
    this.#identity.ownByDialling(call, channel);
    this.#changes.markDirty(call);
  }

  #parkedBy(channel: Channel, parked: boolean): void {
    if (channel.parked === parked) return;
    channel.parked = parked;
    if (channel.call !== null) this.#changes.markDirty(channel.call);
  }

  #mediaBug(channel: Channel, bug: string, step: 1 | -1): void {
    if (bug === "eavesdrop" && step === 1) channel.eavesdrops++;
    if (bug !== "audio") return;
    channel.muted = step === 1;
    if (channel.call !== null) this.#changes.markDirty(channel.call);
  }

  /** A dialplan that parks a caller with `callplane_queue` puts her in that department's queue; only a change of the variable counts. */
  #queueByVariable(channel: Channel, event: ChannelEvent): void {
    const { call } = channel;
    if (call === null || event.queueVariable === channel.queueVariable) return;
    channel.queueVariable = event.queueVariable;
    if (event.queueVariable === "" || channel.columns.direction !== "inbound") return;
    this.#identity.callsDepartment(channel);
    call.queue = event.queueVariable;
    call.queuedAt = new Date(event.timestampUs / 1000);
    call.priority = priorityOf(event.priorityVariable);
    call.stage = null;
    this.#changes.markDirty(call);
  }

  #hangup(channel: Channel, cause: string): void {
    if (channel.hungUp) return;
    channel.hungUp = true;
    channel.hangupCause = cause;
    unlink(channel);
    const { call } = channel;
    if (call === null) return;
    if (channel.role === "supervisor") {
      call.spies = call.spies.filter((leg) => leg !== channel);
      this.#changes.markDirty(call);
      this.#changes.tell({ type: "spy", call, leg: channel, what: "ended" });
      return;
    }
    call.legs = call.legs.filter((leg) => leg !== channel);
    this.#changes.markDirty(call);
  }

  get directory(): Directory {
    return this.#directory;
  }
}
