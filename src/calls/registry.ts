import type { ChannelEvent, ConferenceEvent, SwitchSnapshot } from "../freeswitch/types.js";
import { channelUuid } from "../freeswitch/words.js";
import { CallIndex } from "./call-index.js";
import { Call, type ParkMode } from "./call.js";
import { Channel, saysAnswered } from "./channel.js";
import { decodeChannelState, type ChannelState } from "./channel-state.js";
import type { Logger } from "./logger.js";
import type { Directory } from "./ports.js";
import { Proofs } from "./proofs.js";
import { applySnapshot } from "./rebuild.js";

/** What changed about a call, for those inside the room; views.ts makes the public CallChange of it. */
export type RegistryChange =
  | { readonly type: "created" | "updated" | "ended"; readonly call: Call }
  | { readonly type: "spy"; readonly call: Call; readonly leg: Channel; readonly what: "started" | "idle" | "ended" };

export interface RegistryCounters {
  /** Events of channels that the registry does not know. */
  unknownChannel(): void;
  /** A `presence_data` that claims to be ours and does not parse. */
  badState(): void;
  /** Channels that a drift check found missing or left over. */
  drift(count: number): void;
}

export interface RegistryDependencies {
  readonly directory: Directory;
  readonly logger: Logger;
  readonly counters: RegistryCounters;
}

/** Our own small state of a call; `undefined` leaves a field as it is. */
export interface CallPatch {
  readonly owner?: string | null;
  readonly queue?: string | null;
  readonly mode?: ParkMode | null;
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
  /** Told of channels found after a reconnect of which the columns do not tell enough. */
  onUnclear: (channels: readonly Channel[]) => void = () => undefined;
  readonly #handlers = new Set<(change: RegistryChange) => void>();
  readonly #dirty = new Set<Call>();
  /** Calls that were joined to another, told as ended once the other's change has been told. */
  #joined: Call[] = [];

  constructor({ directory, logger, counters }: RegistryDependencies) {
    this.#directory = directory;
    this.#logger = logger;
    this.#counters = counters;
  }

  /** Handlers run after the registry holds the change; their exceptions are contained. */
  onChange(handler: (change: RegistryChange) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
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
    this.#handlers.clear();
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
        return;
      }
      channel = this.#createChannel(node, event);
    }
    if (channel.merge(event.row)) this.index.touch(channel);
    if (channel.sipCallId === null && event.sipCallId !== "") channel.sipCallId = event.sipCallId;
    if (!channel.answered && saysAnswered(event)) this.#answered(channel, event.answeredUs || event.timestampUs);
    this.#claimOrganization(channel, event);
    this.#apply(channel, event);
    if (channel.call !== null && event.name === "CHANNEL_CALLSTATE") this.#dirty.add(channel.call);
    this.#flush();
    this.proofs.changed(event.uuid);
  }

  conferenceEvent(event: ConferenceEvent): void {
    const channel = this.index.channels.get(event.uuid);
    if (channel === undefined) return;
    if (event.action === "add-member" || event.action === "del-member") {
      channel.inConference = event.action === "add-member";
      if (channel.inConference) this.#parkedBy(channel, false);
      if (channel.call !== null) this.#dirty.add(channel.call);
    }
    this.#flush();
    this.proofs.changed(event.uuid);
  }

  /** The whole truth of a node (DESIGN decision 4): what is not in it has ended, what was missed is made up. */
  snapshot(node: string, snapshot: SwitchSnapshot): void {
    const { added, removed, unclear } = applySnapshot(this, node, snapshot);
    if (snapshot.reason === "drift" && added + removed > 0) {
      this.#counters.drift(added + removed);
      this.#logger.warn({ node, added, removed }, "the registry had drifted from FreeSWITCH and was corrected");
    }
    this.#flush();
    if (unclear.length > 0) this.onUnclear(unclear);
  }

  /** What `uuid_dump` told of an unclear channel. */
  clarify(channel: Channel, found: { readonly organization: string; readonly domain: string; readonly queue: string; readonly partner: string }): void {
    if (channel.hungUp || this.index.channels.get(channel.uuid) !== channel) return;
    this.#claimOrganization(channel, { orgVariable: found.organization, domainVariable: found.domain });
    const partner = this.index.channels.get(found.partner);
    if (partner !== undefined && !partner.hungUp) this.bridged(channel, partner);
    else if (channel.answered && !channel.inConference) this.#parkedBy(channel, true);
    const { call } = channel;
    if (call !== null) {
      if (channel.parked && call.queue === null && call.owner === null && found.queue !== "" && channel.columns.direction === "inbound") {
        channel.queueVariable = found.queue;
        call.queue = found.queue;
        call.queuedAt = call.createdAt;
      }
      this.#dirty.add(call);
    }
    this.#flush();
    this.proofs.changed(channel.uuid);
  }

  /** Writes our own small state; it rides to FreeSWITCH with the next change. */
  annotate(call: Call, patch: CallPatch): void {
    if (patch.owner !== undefined) call.owner = patch.owner;
    if (patch.queue !== undefined && patch.queue !== call.queue) {
      call.queue = patch.queue;
      call.queuedAt = patch.queue === null ? null : new Date();
    }
    if (patch.mode !== undefined) {
      call.mode = patch.mode;
      call.parkedAt = patch.mode === "parked" ? new Date() : null;
    }
    this.markChanged(call);
  }

  /** Tells that something of this call changed that events do not show (a leg's consult mark, a supervision's mode). */
  markChanged(call: Call): void {
    this.#dirty.add(call);
    this.#flush();
  }

  // --- for rebuild.ts ---

  /** Takes a channel into the registry and into its call. */
  adopt(channel: Channel, state: ChannelState | undefined, relatedUuid: string): void {
    if (state?.o !== undefined && this.#directory.organization(state.o) !== undefined) channel.organizationId = state.o;
    else channel.organizationId = this.#organizationOfPresence(channel);
    this.index.addChannel(channel);
    this.#identify(channel, state);
    if (channel.role === "supervisor" && state?.w !== undefined) {
      this.#adoptSpy(channel, state);
      return;
    }
    const known = state !== undefined ? this.index.find(state.c) : undefined;
    const related = relatedUuid === "" ? undefined : this.index.channels.get(relatedUuid);
    const joined = state === undefined && related !== undefined && related.role !== "supervisor" ? related.call : null;
    const call = known ?? joined ?? this.#createCall(channel, state);
    this.#join(channel, call);
    if (state !== undefined) this.#restoreCall(call, state);
  }

  remove(channel: Channel): void {
    this.#hangup(channel, channel.hangupCause);
    this.index.removeChannel(channel);
    this.proofs.changed(channel.uuid);
  }

  /** Two legs talk to each other now. */
  bridged(a: Channel, b: Channel): void {
    unlink(a);
    unlink(b);
    a.partner = b;
    b.partner = a;
    this.#parkedBy(a, false);
    this.#parkedBy(b, false);
    a.inConference = b.inConference = false;
    if (a.organizationId === null && b.organizationId !== null) this.#assignOrganization(a, b.organizationId);
    if (b.organizationId === null && a.organizationId !== null) this.#assignOrganization(b, a.organizationId);
    if (a.call !== null && b.call !== null && a.call !== b.call) this.#mergeCalls(a.call, b.call);
    const call = a.call ?? b.call;
    if (call === null) return;
    call.bLegId ??= a.uuid === call.aLegId ? b.uuid : a.uuid;
    this.#dirty.add(call);
    if (a.consult || b.consult) return;
    call.mode = null;
    call.parkedAt = null;
    call.queue = null;
    call.queuedAt = null;
    call.answeredAt ??= new Date();
    this.#ownByBridge(call, a, b);
  }

  refuseState(channel: Channel): void {
    this.#counters.badState();
    this.#logger.warn({ node: channel.node, channel: channel.uuid }, "presence_data of a channel is not ours or does not parse; ignored");
  }

  markDirty(call: Call): void {
    this.#dirty.add(call);
  }

  // --- events ---

  #createChannel(node: string, event: ChannelEvent): Channel {
    const channel = new Channel(event.uuid, node);
    channel.createdSequence = event.sequence;
    channel.merge(event.row);
    if (channel.columns.created_epoch === "") {
      channel.columns.created_epoch = String(Math.floor(event.timestampUs / 1e6));
    }
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
        if (call !== null) this.#dirty.add(call);
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
        if (call !== null) this.#dirty.add(call);
        break;
      case "MEDIA_BUG_START":
      case "MEDIA_BUG_STOP":
        this.#mediaBug(channel, event.mediaBug, event.name === "MEDIA_BUG_START" ? 1 : -1);
        break;
      case "RECORD_START":
        channel.recordings.push(event.recordPath);
        if (call !== null) this.#dirty.add(call);
        break;
      case "RECORD_STOP":
        channel.recordings = channel.recordings.filter((path) => path !== event.recordPath);
        if (call !== null) this.#dirty.add(call);
        break;
      case "PLAYBACK_START":
      case "PLAYBACK_STOP":
        channel.playing = event.name === "PLAYBACK_START";
        break;
      case "CHANNEL_EXECUTE_COMPLETE":
        if (event.application === "eavesdrop" && channel.watch !== null && call !== null && !channel.hungUp) this.#tell({ type: "spy", call, leg: channel, what: "idle" });
        break;
      case "CHANNEL_HANGUP":
        this.#hangup(channel, event.hangupCause);
        break;
      case "CHANNEL_DESTROY":
        this.remove(channel);
        break;
      default:
        break;
    }
  }

  #answered(channel: Channel, atUs: number): void {
    channel.answered = true;
    channel.answeredAt = new Date(atUs / 1000);
    if (channel.call !== null && channel.role !== "supervisor") this.#dirty.add(channel.call);
  }

  #parkedBy(channel: Channel, parked: boolean): void {
    if (channel.parked === parked) return;
    channel.parked = parked;
    if (channel.call !== null) this.#dirty.add(channel.call);
  }

  #mediaBug(channel: Channel, bug: string, step: 1 | -1): void {
    if (bug === "eavesdrop") channel.eavesdroppers = Math.max(0, channel.eavesdroppers + step);
    if (bug !== "audio") return;
    channel.muted = step === 1;
    if (channel.call !== null) this.#dirty.add(channel.call);
  }

  /** A dialplan that parks a caller with `callplane_queue` puts her in that department's queue; only a change of the variable counts. */
  #queueByVariable(channel: Channel, event: ChannelEvent): void {
    const { call } = channel;
    if (call === null || event.queueVariable === channel.queueVariable) return;
    channel.queueVariable = event.queueVariable;
    if (event.queueVariable === "" || channel.columns.direction !== "inbound") return;
    call.queue = event.queueVariable;
    call.queuedAt = new Date(event.timestampUs / 1000);
    this.#dirty.add(call);
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
      this.#dirty.add(call);
      this.#tell({ type: "spy", call, leg: channel, what: "ended" });
      return;
    }
    call.legs = call.legs.filter((leg) => leg !== channel);
    this.#dirty.add(call);
  }

  // --- who and whose ---

  #organizationOfPresence(channel: Channel): number | null {
    const domain = channel.columns.presence_id.split("@")[1];
    return domain === undefined ? null : (this.#directory.organizationByDomain(domain)?.id ?? null);
  }

  /** CONTRACT, "A channel's organization is found in this order"; our own state was looked at when the channel was adopted. */
  #claimOrganization(channel: Channel, event: Pick<ChannelEvent, "orgVariable" | "domainVariable">): void {
    if (channel.organizationId !== null) return;
    const { directory } = this;
    const organization =
      (event.orgVariable === "" ? undefined : (directory.organizationByName(event.orgVariable) ?? directory.organization(Number(event.orgVariable)))) ??
      directory.organizationByDomain(channel.columns.presence_id.split("@")[1] ?? "") ??
      directory.organizationByDomain(event.domainVariable);
    if (organization === undefined) return;
    this.#assignOrganization(channel, organization.id);
    this.#identify(channel, undefined);
    if (channel.call !== null) this.#nameEnds(channel.call);
  }

  get directory(): Directory {
    return this.#directory;
  }

  #assignOrganization(channel: Channel, organizationId: number): void {
    this.index.setChannelOrganization(channel, organizationId);
    const { call } = channel;
    if (call === null || call.organizationId !== null) return;
    this.index.setOrganization(call, organizationId);
    for (const leg of call.legs) {
      if (leg.organizationId === null) this.index.setChannelOrganization(leg, organizationId);
    }
    this.#dirty.add(call);
  }

  /** Finds whose phone the channel is, and its role. */
  #identify(channel: Channel, state: ChannelState | undefined): void {
    const [user, domain] = channel.columns.presence_id.split("@");
    if (user !== undefined && user !== "" && domain !== undefined && channel.organizationId !== null) {
      const own = this.#directory.organizationByDomain(domain);
      if (own?.id === channel.organizationId) {
        channel.agentId = this.#directory.agentByExtension(own.id, user)?.agentId ?? null;
        channel.role = channel.agentId === null ? "other" : "agent";
      }
    }
    if (state?.r !== undefined) channel.role = state.r;
    if (state?.n === 1) channel.consult = true;
    const { call } = channel;
    if (call === null || channel.role === "supervisor") return;
    if (channel.role === "customer") call.hadCustomer = true;
    this.#ownByDialling(call, channel);
  }

  /** An agent who dials from her own phone owns the call that she begins (CONTRACT: it belongs to the one who dialled). */
  #ownByDialling(call: Call, channel: Channel): void {
    if (channel.uuid !== call.aLegId || channel.role !== "agent" || channel.columns.direction !== "inbound") return;
    call.owner ??= channel.agentId;
    this.#dirty.add(call);
  }

  #ownByBridge(call: Call, a: Channel, b: Channel): void {
    const agents = [a, b].filter((leg) => leg.agentId !== null && leg.isAgentLeg);
    if (agents.length === 1) call.owner = agents[0]?.agentId ?? null;
    else if (agents.length === 2 && call.owner === null) call.owner = (agents.find((leg) => leg.uuid === call.aLegId) ?? agents[0])?.agentId ?? null;
    else if (agents.length === 0) call.owner = null;
  }

  // --- calls ---

  #createCall(channel: Channel, state: ChannelState | undefined): Call {
    const epoch = Number(channel.columns.created_epoch);
    const call = new Call(state?.c ?? channel.uuid, channel.node, epoch > 0 ? new Date(epoch * 1000) : new Date());
    if (channel.organizationId !== null) call.organizationId = channel.organizationId;
    this.index.addCall(call);
    this.#tell({ type: "created", call });
    return call;
  }

  #restoreCall(call: Call, state: ChannelState): void {
    if (state.a !== undefined) call.owner ??= state.a;
    if (state.q !== undefined && call.queue === null) {
      call.queue = state.q;
      call.queuedAt = state.t === undefined ? new Date() : new Date(state.t);
    }
    if (state.s !== undefined) call.mode ??= state.s;
    if (state.k !== undefined) call.parkedAt ??= new Date(state.k);
    if (state.d !== undefined) call.direction = state.d;
    if (state.f !== undefined || state.u !== undefined) this.index.setNumbers(call, state.f ?? call.from, state.u ?? call.to);
    this.#dirty.add(call);
  }

  #join(channel: Channel, call: Call): void {
    channel.call = call;
    call.legs.push(channel);
    if (call.bLegId === null && channel.uuid !== call.aLegId) call.bLegId = channel.uuid;
    if (channel.organizationId === null && call.organizationId !== null) this.index.setChannelOrganization(channel, call.organizationId);
    else if (channel.organizationId !== null && call.organizationId === null) this.#assignOrganization(channel, channel.organizationId);
    if (channel.role === "customer") call.hadCustomer = true;
    this.#nameEnds(call);
    this.#ownByDialling(call, channel);
    this.#dirty.add(call);
  }

  /** Direction and ends of a call, from the leg that began it. */
  #nameEnds(call: Call): void {
    const first = call.legs.find((leg) => leg.uuid === call.aLegId);
    if (first === undefined) return;
    const inside = first.role === "agent" || first.role === "other";
    const other = call.legs.find((leg) => leg !== first);
    if (inside) {
      call.direction = other === undefined ? call.direction === "inbound" ? "outbound" : call.direction : other.role === "customer" ? "outbound" : "internal";
      const dialled = first.columns.direction === "inbound" ? first.columns.initial_dest || first.columns.dest : (other?.number ?? call.to);
      this.index.setNumbers(call, first.number, dialled || call.to);
    } else {
      call.direction = "inbound";
      this.index.setNumbers(call, first.number, first.columns.initial_dest || first.columns.dest || call.to);
    }
  }

  /** When calls are joined, the older call with a customer keeps its id and the other id resolves to it (CONTRACT, Words). */
  #mergeCalls(one: Call, other: Call): void {
    const withCustomer = [one, other].filter((call) => call.customer !== undefined);
    const [keep] = (withCustomer.length > 0 ? withCustomer : [one, other]).sort((x, y) => x.createdAt.getTime() - y.createdAt.getTime());
    if (keep === undefined) return;
    const gone = keep === one ? other : one;
    for (const leg of gone.legs) {
      leg.call = keep;
      keep.legs.push(leg);
    }
    for (const spy of gone.spies) {
      spy.call = keep;
      keep.spies.push(spy);
    }
    gone.legs = [];
    gone.spies = [];
    gone.ended = true;
    keep.hadCustomer ||= gone.hadCustomer;
    if (keep.organizationId === null && gone.organizationId !== null) this.index.setOrganization(keep, gone.organizationId);
    const aliases = [gone.id, ...gone.aliases];
    this.index.removeCall(gone);
    this.#dirty.delete(gone);
    for (const alias of aliases) this.index.addAlias(alias, keep);
    this.#dirty.add(keep);
    this.#joined.push(gone);
  }

  #adoptSpy(channel: Channel, state: ChannelState): void {
    const watched = this.index.find(state.c);
    const { w } = state;
    channel.role = "supervisor";
    if (w === undefined) return;
    channel.watch = { agentId: w.a, mode: w.m, since: new Date(w.t), target: channelUuid(w.u) };
    if (watched === undefined) return;
    channel.call = watched;
    watched.spies.push(channel);
    this.#dirty.add(watched);
    this.#tell({ type: "spy", call: watched, leg: channel, what: "started" });
  }

  // --- telling ---

  #flush(): void {
    if (this.#dirty.size === 0) return;
    const calls = [...this.#dirty];
    this.#dirty.clear();
    for (const call of calls) {
      if (call.ended) continue;
      call.version++;
      this.index.reindex(call);
      if (call.legs.length === 0) {
        call.ended = true;
        this.index.removeCall(call);
        this.#tell({ type: "ended", call });
      } else {
        this.#tell({ type: "updated", call });
      }
    }
    const joined = this.#joined;
    this.#joined = [];
    for (const call of joined) this.#tell({ type: "ended", call });
  }

  #tell(change: RegistryChange): void {
    for (const handler of this.#handlers) {
      try {
        handler(change);
      } catch (error) {
        this.#logger.error({ err: error, call: change.call.id }, "a listener of call changes failed");
      }
    }
  }
}

function unlink(channel: Channel): void {
  if (channel.partner?.partner === channel) channel.partner.partner = null;
  channel.partner = null;
}
