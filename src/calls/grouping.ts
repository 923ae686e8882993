import { channelUuid } from "../freeswitch/index.js";
import { joinDue } from "./attributes-due.js";
import { helpKept } from "./help.js";
import { joined, NO_ATTRIBUTES } from "./attributes.js";
import type { CallIndex } from "./call-index.js";
import { MutableCall } from "./call.js";
import type { Changes } from "./changes.js";
import { unlink, type MutableChannel } from "./channel.js";
import { isInRecord, type ChannelState } from "./channel-state.js";
import { isOutsideCalled, NO_OWNER_VARIABLES, type OwnerVariables, type Identity } from "./identity.js";
import type { Directory } from "../people/index.js";

/** Which channels are one call: by our own state, by who made whom, and by bridges. */
export class Grouping {
  readonly #index: CallIndex;
  readonly #directory: Directory;
  readonly #identity: Identity;
  readonly #changes: Changes;
  readonly #refuse: (channel: MutableChannel) => void;

  /** `refuse` is called for a channel whose state contradicts FreeSWITCH. */
  constructor(index: CallIndex, directory: Directory, identity: Identity, changes: Changes, refuse: (channel: MutableChannel) => void) {
    this.#index = index;
    this.#directory = directory;
    this.#identity = identity;
    this.#changes = changes;
    this.#refuse = refuse;
  }

  /** Adds a channel to the registry and to its call. Returns the state if it is plausible. */
  adopt(channel: MutableChannel, claimed: ChannelState | undefined, relatedUuid: string, variables: OwnerVariables = NO_OWNER_VARIABLES): ChannelState | undefined {
    this.#identity.prove(channel, variables);
    const state = this.#believed(channel, claimed, variables);
    if (state?.o !== undefined && this.#directory.organization(state.o) !== undefined) channel.organizationId = state.o;
    else channel.organizationId = this.#identity.organizationOf(channel, variables);
    // We wrote the role agent only once the identity was proven.
    if (state?.r === "agent" && channel.provenPresence === "") channel.provenPresence = channel.columns.presence_id;
    channel.ring = state?.ring ?? null;
    this.#index.addChannel(channel);
    this.#identity.identify(channel, state);
    if (channel.role === "supervisor") {
      if (state?.w !== undefined) channel.supervision = { agentId: state.w.a, mode: state.w.m, since: new Date(state.w.t), target: channelUuid(state.w.u) };
      if (state?.F !== undefined) channel.copy = { stream: state.F.s, target: channelUuid(state.F.u) };
      this.joinSupervised(channel, state === undefined ? undefined : this.#index.find(state.c));
      return state;
    }
    const known = state !== undefined ? this.#index.find(state.c) : undefined;
    const related = relatedUuid === "" ? undefined : this.#index.channels.get(relatedUuid);
    const relatedCall = state === undefined && related !== undefined && related.role !== "supervisor" && sameTenant(channel, related.call) ? related.call : null;
    const call = known ?? relatedCall ?? this.#createCall(channel, state);
    this.#join(channel, call);
    if (state === undefined) return state;
    restoreLeg(channel, state);
    this.#restoreCall(call, state);
    return state;
  }

  /** Our state as it stands on the channel, which is newer than what its row told when the channel was adopted. */
  recall(channel: MutableChannel, claimed: ChannelState): void {
    const { call } = channel;
    const state = this.#believed(channel, claimed, NO_OWNER_VARIABLES);
    if (call === null || state === undefined || this.#index.find(state.c) !== call) return;
    channel.consult = state.n !== undefined;
    channel.consultHeld = state.n === 2;
    restoreLeg(channel, state);
    if (state.r === "customer") this.#identity.callsDepartment(channel);
    call.waitsNoMore();
    call.owner = call.mode = call.lost = call.parkedAt = call.help = null;
    this.#restoreCall(call, state);
  }

  /** Whoever can write a channel's variables must not move it into another organization's call. What FreeSWITCH says of the channel has precedence. */
  #believed(channel: MutableChannel, state: ChannelState | undefined, variables: OwnerVariables): ChannelState | undefined {
    if (state === undefined) return undefined;
    // An unproven identity may contradict too.
    const own = this.#identity.organizationOf({ presence: channel.columns.presence_id }, variables);
    const organizationId = state.o ?? own;
    if ((own === null || organizationId === own) && sameTenant({ organizationId }, this.#index.find(state.c))) return state;
    this.#refuse(channel);
    return undefined;
  }

  /** Two legs are bridged since `at`; null: unknown. They talk once both have answered: an agent hears what the network says before (early media), in a bridge too. */
  bridged(a: MutableChannel, b: MutableChannel, at: Date | null): void {
    unlink(a);
    unlink(b);
    a.partner = b;
    b.partner = a;
    a.parked = b.parked = a.unjoined = b.unjoined = false;
    a.inConference = b.inConference = a.heldInConference = b.heldInConference = false;
    if (a.organizationId === null && b.organizationId !== null) this.#identity.assignOrganization(a, b.organizationId);
    if (b.organizationId === null && a.organizationId !== null) this.#identity.assignOrganization(b, a.organizationId);
    if (a.call !== null && b.call !== null && a.call !== b.call && sameTenant(a.call, b.call)) this.#mergeCalls(a.call, b.call);
    // Legs of different organizations stay two calls: neither organization may see the other's leg.
    if (a.call !== null && a.call === b.call) a.call.bLegId ??= a.uuid === a.call.aLegId ? b.uuid : a.uuid;
    for (const { call } of [a, b]) if (call !== null) this.#changes.markDirty(call);
    this.talk(a, b, at);
  }

  /** Two legs that are bridged talk since `at`, if both have answered; null: unknown. */
  talk(a: MutableChannel, b: MutableChannel, at: Date | null): void {
    if (!a.answered || !b.answered || a.consult || b.consult) return;
    for (const call of new Set([a.call, b.call])) if (call !== null) this.#talking(call, a, b, at);
  }

  #talking(call: MutableCall, a: MutableChannel, b: MutableChannel, at: Date | null): void {
    this.#changes.markDirty(call);
    call.mode = null;
    call.lost = null;
    call.parkedAt = null;
    call.waitsNoMore();
    call.answeredAt ??= at ?? bothAnswered(a, b);
    this.#identity.ownByBridge(call, a, b);
  }

  #createCall(channel: MutableChannel, state: ChannelState | undefined): MutableCall {
    const call = new MutableCall(state?.c ?? channel.uuid, channel.node, channel.createdAt);
    if (channel.organizationId !== null) call.organizationId = channel.organizationId;
    this.#index.addCall(call);
    return call;
  }

  #restoreCall(call: MutableCall, state: ChannelState): void {
    if (state.a !== undefined) call.owner ??= state.a;
    if (state.q !== undefined && call.queue === null) {
      call.queue = state.q;
      call.queuedAt = state.t === undefined ? call.createdAt : new Date(state.t);
      call.enteredAt = state.Q === undefined ? call.queuedAt : new Date(state.Q);
      call.priority = state.i ?? 0;
      call.stage = state.h === undefined ? null : state.h === "w" ? "waiting" : "message";
    }
    if (state.e !== undefined) call.department ??= state.e;
    if (state.s !== undefined) call.mode ??= state.s;
    if (state.L !== undefined) call.lost ??= state.L;
    call.help ??= helpKept(state.O);
    if (state.j !== undefined) call.createdAt = new Date(state.j);
    if (state.l !== undefined) call.answeredAt ??= new Date(state.l);
    if (state.k !== undefined) call.parkedAt ??= new Date(state.k);
    if (state.B === 1 && call.attributes === NO_ATTRIBUTES) call.attributesDue = true;
    if (state.T !== undefined && state.Z !== undefined) call.history.restore(state.Z, new Date(state.T));
    if (state.A !== undefined && call.history.previous.length === 0) call.history.previous = state.A;
    if (state.d !== undefined) call.direction = state.d;
    // The caller may have hung up unseen. Agents' legs that waited for the caller are released then.
    if (state.d === "inbound") call.hadCustomer = true;
    if (state.N !== undefined) call.fromName ??= state.N;
    if (state.f !== undefined || state.u !== undefined) this.#index.setNumbers(call, state.f ?? call.from, state.u ?? call.to);
    this.#changes.markDirty(call);
  }

  #join(channel: MutableChannel, call: MutableCall): void {
    channel.call = call;
    call.legs.push(channel);
    if (call.bLegId === null && channel.uuid !== call.aLegId && channel.ring !== call.id) call.bLegId = channel.uuid;
    if (channel.organizationId === null && call.organizationId !== null) this.#index.setChannelOrganization(channel, call.organizationId);
    else if (channel.organizationId !== null && call.organizationId === null) this.#identity.assignOrganization(channel, channel.organizationId);
    if (channel.role === "customer") call.hadCustomer = true;
    this.#identity.nameEnds(call);
    this.#identity.ownByDialling(call, channel);
    this.#changes.markDirty(call);
  }

  /** When calls are joined, the older call with a customer keeps its id and the other id resolves to it (CONTRACT, Words). */
  #mergeCalls(one: MutableCall, other: MutableCall): void {
    // One that a customer began, or that has called one.
    const withCustomer = [one, other].filter((call) => call.customer !== undefined && !(call.customer.uuid === call.aLegId && isOutsideCalled(call.customer)));
    const [keep] = (withCustomer.length > 0 ? withCustomer : [one, other]).sort((x, y) => x.createdAt.getTime() - y.createdAt.getTime() || x.ordinal - y.ordinal);
    if (keep === undefined) return;
    const gone = keep === one ? other : one;
    joinDue(keep, gone);
    for (const leg of gone.legs) {
      leg.call = keep;
      keep.legs.push(leg);
    }
    for (const leg of gone.supervisorLegs) {
      leg.call = keep;
      keep.supervisorLegs.push(leg);
    }
    keep.programs = [...keep.programs, ...gone.programs];
    gone.legs = [];
    gone.programs = [];
    gone.supervisorLegs = [];
    gone.ended = true;
    keep.legEnded(...gone.endedLegs);
    keep.hadCustomer ||= gone.hadCustomer;
    keep.department ??= gone.department;
    keep.history.join(gone.history);
    keep.help ??= gone.help;
    keep.attributes = joined(keep.attributes, gone.attributes);
    if (keep.to === "") this.#identity.nameEnds(keep);
    if (keep.organizationId === null && gone.organizationId !== null) this.#index.setOrganization(keep, gone.organizationId);
    const aliases = [gone.id, ...gone.aliases];
    this.#index.removeCall(gone);
    for (const alias of aliases) this.#index.addAlias(alias, keep);
    this.#changes.markDirty(keep);
    this.#changes.joined(gone);
  }

  /** Takes a supervisor's leg into the call that it supervises. */
  joinSupervised(channel: MutableChannel, call: MutableCall | undefined): void {
    if (call === undefined || (channel.supervision === null && channel.copy === null)) return;
    channel.call = call;
    if (channel.supervision !== null) {
      call.supervisorLegs.push(channel);
      this.#changes.markDirty(call);
    }
    this.#changes.tell({ type: "supervision", call, leg: channel, what: "started" });
  }
}

function restoreLeg(channel: MutableChannel, state: ChannelState): void {
  if (state.y !== undefined && channel.answered) channel.answeredAt = new Date(state.y);
  channel.muted = state.x === 1;
  channel.unjoined = state.W === 1;
  channel.lostAt = state.P === undefined ? null : new Date(state.P);
  channel.sipCallId ??= state.S ?? null;
  channel.heldInConference = state.m === 2;
  channel.program = state.R ?? null;
  channel.hangupOnStar = state.H === 1;
  channel.programVariable = state.R ?? "";
  // Whether a key is bound is unknown after a restart. To clear bindings where there are none does no harm.
  channel.keyBound = state.h !== undefined;
  channel.inRecord ||= isInRecord(channel.columns.application, state);
  channel.recordings = state.g === undefined ? [] : [state.g];
  channel.recordingPaused = state.G === 1;
  if (channel.columns.direction === "inbound") channel.queueVariable = state.z ?? state.q ?? state.e ?? "";
}

/** The earliest time at which the two can have begun to talk; null while it is unknown for one of them. */
export function bothAnswered(a: MutableChannel, b: MutableChannel): Date | null {
  if (a.answeredAt === null || b.answeredAt === null) return null;
  return a.answeredAt > b.answeredAt ? a.answeredAt : b.answeredAt;
}

type Owned = { readonly organizationId: number | null } | null | undefined;

/** Whether two may know of each other: not when they belong to different organizations. */
const sameTenant = (one: Owned, other: Owned): boolean => one?.organizationId == null || other?.organizationId == null || one.organizationId === other.organizationId;
