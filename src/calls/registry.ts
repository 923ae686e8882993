import type { ChannelEvent, ConferenceEvent, SwitchSnapshot } from "../freeswitch/index.js";
import { CallIndex, type CallLookup } from "./call-index.js";
import type { Call } from "./call.js";
import { Changes, type RegistryChange } from "./changes.js";
import { MutableChannel, type Channel, type ReadNumber } from "./channel.js";
import type { ChannelState } from "./channel-state.js";
import { StateReader } from "./state-reader.js";
import { applyConferenceEvent, applyEvent } from "./channel-events.js";
import { applyFindings, type ChannelFindings, type WhyAsked } from "./findings.js";
import { Grouping } from "./grouping.js";
import { Identity } from "./identity.js";
import { learnAttributes, noteHoldMusic, removeChannel, setAnswered, type Picture } from "./leg-changes.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import { NodeClocks } from "./node-clocks.js";
import type { Directory } from "../people/index.js";
import { applyPatch, type CallPatch, type LegPatch } from "./patches.js";
import { Proofs } from "./proofs.js";
import type { LegChange } from "./trace.js";
import { applySnapshot } from "./rebuild.js";
import { saysAnswered } from "./row-facts.js";

export interface RegistryDependencies {
  readonly directory: Directory;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "incident">;
  /** How an organization writes numbers; without it they are shown as FreeSWITCH has them. */
  readonly readNumber?: ReadNumber;
  /** How an organization's people read a number; without it as it is. */
  readonly spaced?: (organizationId: number, number: string) => string;
  /** Names of the channel variables that the operator asks for. */
  readonly variables?: readonly string[];
}

/**
 * The live picture of every channel and call, and its only writer. FreeSWITCH's events and snapshots change it; the exceptions are `annotate` and `annotateLeg`
 * for the small state that FreeSWITCH keeps for us on the channels (DESIGN: a command never edits the picture).
 */
export class Registry {
  readonly #index = new CallIndex();
  readonly index: CallLookup = this.#index;
  readonly proofs = new Proofs();
  readonly directory: Directory;
  /** Names of the channel variables that the operator asks for. */
  readonly variables: readonly string[];
  readonly #logger: Logger;
  readonly #metrics: Pick<Metrics, "incident">;
  /** Called for channels whose state is unclear from events and columns (`drift`: contradictory; `variables`: these alone are unknown). FreeSWITCH's answer goes to `clarify`, `setVariables` or `gone`. */
  onUnclear: (channels: readonly Channel[], why: WhyAsked) => void = () => undefined;
  /** Called for events of unknown channels: created before we listened, and not yet in FreeSWITCH's table when it was read. */
  onUnknown: (node: string) => void = () => undefined;
  readonly #clocks = new NodeClocks();
  readonly #states = new StateReader();
  /** By node: rows of channels that FreeSWITCH does not know, until its list shows them no more. Bounded by the rows of that list, and by the channels that are found gone between two lists. */
  readonly #ghosts = new Map<string, Set<string>>();
  readonly #changes: Changes;
  readonly #picture: Picture;

  /** A number for people of this organization. */
  readonly spaced: (organizationId: number, number: string) => string;

  constructor({ directory, logger, metrics, readNumber, spaced = (_organizationId, number) => number, variables = [] }: RegistryDependencies) {
    this.spaced = spaced;
    this.directory = directory;
    this.variables = variables;
    this.#logger = logger;
    this.#metrics = metrics;
    this.#changes = new Changes(this.#index, logger);
    const identity = new Identity(this.#index, directory, this.#changes);
    const grouping = new Grouping(this.#index, directory, identity, this.#changes, (channel) => this.#refuseState(channel));
    // An agent's extension is not read as a phone number.
    const read: ReadNumber | undefined = readNumber && ((organizationId, written) => (directory.agentByExtension(organizationId, written) === undefined ? readNumber(organizationId, written) : null));
    this.#picture = {
      index: this.#index,
      identity,
      grouping,
      changes: this.#changes,
      newChannel: (uuid, node) => new MutableChannel(uuid, node, read),
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

  onMoved(handler: (call: Call) => void): () => void {
    return this.#changes.onMoved(handler);
  }

  channel(uuid: string): Channel | undefined {
    return this.#index.channels.get(uuid);
  }

  readonly channelsOf = (node: string): readonly Channel[] => this.#index.channelsOf(node);

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

  /** The node was removed: its channels leave the picture, although their calls have not ended. */
  forget(node: string): void {
    this.proofs.nodeDown(node);
    for (const channel of this.#index.channelsOf(node)) {
      if (channel.call !== null) channel.call.forgotten = true;
      removeChannel(this.#picture, channel);
      this.#proved(channel);
    }
    this.#changes.flush();
    this.#clocks.forget(node);
    this.#ghosts.delete(node);
  }

  channelEvent(node: string, event: ChannelEvent): void {
    this.#clocks.seen(node, event.timestampUs);
    this.#changes.atUs = event.timestampUs;
    let channel = this.#index.channels.get(event.uuid);
    if (channel === undefined) {
      // Only CREATE makes a channel, so that an event after DESTROY does not restore it. A missed CREATE comes with the next snapshot.
      if (event.name !== "CHANNEL_CREATE") {
        this.#metrics.incident("event_of_unknown_channel");
        this.onUnknown(node);
        return;
      }
      channel = this.#createChannel(node, event);
    }
    channel.lastSequence = event.sequence;
    if (event.asked !== null) channel.variables = event.asked;
    if (event.recordedVariable === "true") channel.toBeRecorded = true;
    if (channel.merge(event.row)) this.#index.touch(channel);
    if (channel.sipCallId === null && event.sipCallId !== "") {
      channel.sipCallId = event.sipCallId;
      if (channel.call !== null) this.#changes.markDirty(channel.call);
    }
    if (!channel.answered && saysAnswered(event)) setAnswered(this.#picture, channel, event.answeredUs || event.timestampUs);
    this.#picture.identity.claim(channel, event);
    if (event.attributesVariable !== "" || event.attributes !== null) learnAttributes(this.#picture, channel, { written: event.attributesVariable, set: event.attributes, all: false });
    applyEvent(this.#picture, channel, event);
    noteHoldMusic(channel);
    if (channel.call !== null && event.name === "CHANNEL_CALLSTATE") this.#changes.markDirty(channel.call);
    this.#changes.flush();
    this.#proved(channel);
  }

  #proved({ uuid, ring }: Channel): void {
    this.proofs.changed(uuid);
    if (ring !== null && ring !== uuid) this.proofs.changed(ring);
  }

  conferenceEvent(node: string, event: ConferenceEvent): void {
    this.#clocks.seen(node, event.timestampUs);
    this.#changes.atUs = event.timestampUs;
    const channel = this.#index.channels.get(event.uuid);
    if (channel !== undefined) applyConferenceEvent(this.#picture, channel, event);
    this.#changes.flush();
    this.proofs.changed(event.uuid);
  }

  /** Reconciles the picture with all channels of a node (DESIGN decision 4). */
  snapshot(node: string, snapshot: SwitchSnapshot): void {
    this.#changes.atUs = this.#clocks.nowUs(node);
    const ghosts = this.#ghosts.get(node) ?? new Set();
    const channels = snapshot.channels.filter(({ uuid }) => !ghosts.has(uuid));
    this.#ghosts.set(node, new Set(snapshot.channels.map(({ uuid }) => uuid).filter((uuid) => ghosts.has(uuid))));
    const { added, removed, unclear, clear, suspects } = applySnapshot(this.#picture, node, { ...snapshot, channels });
    if (snapshot.reason === "drift" && added + removed.length > 0) this.corrected(node, { added, removed: removed.length });
    this.#changes.flush();
    for (const channel of removed) this.#proved(channel);
    if (unclear.length > 0) this.onUnclear(unclear, "unclear");
    if (suspects.length > 0) this.onUnclear(suspects, "drift");
    const withVariables = this.variables.length > 0 ? clear : clear.filter(({ call }) => call?.attributesDue === true);
    if (withVariables.length > 0) this.onUnclear(withVariables, "variables");
  }

  /** Counts and logs what a drift check corrected. */
  corrected(node: string, what: { readonly added: number; readonly removed: number } | { readonly channel: string; readonly found: "gone" | "doing something else" }): void {
    this.#metrics.incident("registry_drift", "added" in what ? what.added + what.removed : 1);
    this.#logger.warn({ node, ...what }, "the registry had drifted from FreeSWITCH and was corrected");
  }

  /** FreeSWITCH does not know this channel any more. Its row may stay in FreeSWITCH's table, and is ignored from now on. */
  gone({ uuid }: Channel): void {
    const channel = this.#index.channels.get(uuid);
    if (channel === undefined) return;
    const ghosts = this.#ghosts.get(channel.node) ?? new Set();
    this.#ghosts.set(channel.node, ghosts.add(uuid));
    this.#changes.atUs = this.#clocks.nowUs(channel.node);
    removeChannel(this.#picture, channel);
    this.#changes.flush();
    this.#proved(channel);
  }

  /** Applies the `uuid_dump` of an unclear channel; returns whether that changed what the channel does. */
  clarify({ uuid }: Channel, found: ChannelFindings): boolean {
    const channel = this.#index.channels.get(uuid);
    if (channel === undefined || channel.hungUp) return false;
    const before = { parked: channel.parked, partner: channel.partner };
    this.#changes.atUs = this.#clocks.nowUs(channel.node);
    applyFindings(this.#picture, channel, found);
    noteHoldMusic(channel);
    this.#changes.flush();
    this.#proved(channel);
    return channel.parked !== before.parked || channel.partner !== before.partner;
  }

  /** Takes FreeSWITCH's answer about a channel of which only the variables were unknown. */
  setVariables({ uuid }: Channel, { asked, attributes }: Pick<ChannelFindings, "asked" | "attributes">): void {
    const channel = this.#index.channels.get(uuid);
    if (channel === undefined) return;
    channel.variables = asked ?? channel.variables;
    if (attributes !== undefined) {
      this.#changes.atUs = this.#clocks.nowUs(channel.node);
      learnAttributes(this.#picture, channel, { ...attributes, all: true });
      this.#changes.flush();
    }
    this.proofs.changed(channel.uuid);
  }

  /** Writes our own small state of a call. It is stored on the channels with the change that this causes. */
  annotate({ id }: Call, patch: CallPatch): void {
    const call = this.#index.calls.get(id);
    if (call === undefined) return;
    applyPatch(call, patch, this.now(call.node));
    this.markChanged(call);
  }

  /** Writes our own small state of a leg. It is told with the next change of the call. */
  annotateLeg({ uuid }: Channel, { supervision, ...patch }: LegPatch): void {
    const channel = this.#index.channels.get(uuid);
    if (channel !== undefined) Object.assign(channel, patch);
    Object.assign(channel?.supervision ?? {}, supervision);
  }

  /** Queues an agent's leg as a caller's. It is told with the next change of the call. */
  waitsAsCaller({ uuid }: Channel): void {
    const channel = this.#index.channels.get(uuid);
    if (channel !== undefined) this.#picture.identity.callsDepartment(channel);
  }

  /** Tells a change that no event shows, such as a leg's consult mark or a supervision's mode. */
  markChanged({ id }: Call): void {
    const call = this.#index.calls.get(id);
    if (call === undefined) return;
    call.ownChanges++;
    this.#changes.atUs = this.#clocks.nowUs(call.node);
    this.#changes.markDirty(call);
    this.#changes.flush();
  }

  #createChannel(node: string, event: ChannelEvent): MutableChannel {
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

  #readState(channel: MutableChannel, presenceData: string): ChannelState | undefined {
    channel.presenceData = presenceData;
    const state = presenceData === "" ? undefined : this.#states.stateOf(channel, presenceData);
    // A FreeSWITCH that was recovered has lost what was written late.
    if (state?.B !== 1) channel.attributesData = "";
    if (presenceData === "") return undefined;
    if (state === undefined) this.#refuseState(channel);
    return state;
  }

  #refuseState(channel: MutableChannel): void {
    this.#metrics.incident("presence_data_unreadable");
    this.#logger.warn({ node: channel.node, channel: channel.uuid }, "the presence_data of a channel is not ours or cannot be parsed; it is ignored");
  }
}
