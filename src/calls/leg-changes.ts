/** Changes of one leg, whichever shows them: an event, a snapshot or an answer of FreeSWITCH. */
import type { ChannelUuid } from "../freeswitch/index.js";
import { decodeAttributes, joined, NO_ATTRIBUTES, type Attributes } from "./attributes.js";
import { isDueOf, legLeft, readOf } from "./attributes-due.js";
import type { CallIndex } from "./call-index.js";
import type { Changes } from "./changes.js";
import { unlink, type MutableChannel } from "./channel.js";
import { decodeChannelState, type ChannelState } from "./channel-state.js";
import type { Grouping } from "./grouping.js";
import type { Identity } from "./identity.js";

/** The parts of the registry, on which its steps (events, snapshots, answers) work. */
export interface Picture {
  readonly index: CallIndex;
  readonly identity: Identity;
  readonly grouping: Grouping;
  readonly changes: Changes;
  /** A new channel without a call. */
  readonly newChannel: (uuid: ChannelUuid, node: string) => MutableChannel;
  /** Our own state on the channel; a `presence_data` that is not ours is counted. */
  readonly readState: (channel: MutableChannel, presenceData: string) => ChannelState | undefined;
}

export function setRang({ changes }: Picture, channel: MutableChannel): void {
  if (!channel.rang && !channel.answered) changes.leg("ringing", channel);
  channel.rang = true;
}

/**
 * The far end has picked up, or the time at which it has is known now.
 * @param atUs microseconds since the epoch; null: unknown
 */
export function setAnswered({ identity, grouping, changes }: Picture, channel: MutableChannel, atUs: number | null): void {
  const isNews = !channel.answered;
  if (isNews) changes.leg("answered", channel);
  channel.answered = true;
  if (atUs !== null) channel.answeredAt = new Date(atUs / 1000);
  const { call } = channel;
  if (call === null || channel.role === "supervisor") return;
  // Of several phones the one that answers first begins the call.
  if (channel.ring === call.id && channel.uuid !== call.aLegId) call.aLegId = channel.uuid;
  identity.ownByDialling(call, channel);
  if (isNews && channel.partner !== null) grouping.talk(channel, channel.partner, channel.answeredAt);
  changes.markDirty(call);
}

export function setParked({ changes }: Picture, channel: MutableChannel, parked: boolean): void {
  if (channel.parked === parked) return;
  channel.parked = parked;
  // The event of a park may have been missed.
  channel.listens = null;
  if (channel.call !== null) changes.markDirty(channel.call);
}

export function setHungUp({ identity, changes }: Picture, channel: MutableChannel, cause: string): void {
  if (channel.hungUp) return;
  channel.hungUp = true;
  channel.hangupCause = cause;
  changes.leg("completed", channel);
  const { call, partner } = channel;
  unlink(channel);
  if (partner !== null && !partner.hungUp) partner.inDeadBridge = true;
  if (call === null) return;
  if (channel.role === "supervisor") {
    call.supervisorLegs = call.supervisorLegs.filter((leg) => leg !== channel);
    // The view that is told must not show the leg any more.
    call.version++;
    changes.markDirty(call);
    changes.tell({ type: "supervision", call, leg: channel, what: "ended" });
    return;
  }
  call.legs = call.legs.filter((leg) => leg !== channel);
  call.legEnded(channel);
  legLeft(call);
  identity.ownByStaying(call);
  changes.markDirty(call);
}

/** Removes a channel that FreeSWITCH does not have any more. */
export function removeChannel(picture: Picture, channel: MutableChannel): void {
  setHungUp(picture, channel, channel.hangupCause);
  picture.index.removeChannel(channel);
}

/** A dialplan that parks a leg with `callplane_program` gives it to that program. Only a change of the variable counts. */
export function beginProgram({ changes }: Picture, channel: MutableChannel, variable: string): void {
  const { call } = channel;
  if (call === null || variable === channel.programVariable) return;
  channel.programVariable = variable;
  if (variable === "" || channel.program !== null) return;
  channel.program = variable;
  changes.markDirty(call);
  changes.tell({ type: "program", call, leg: channel });
}

/** A caller's priority from the dialplan's variable; 0 when it is not valid. */
export function priorityOf(variable: string): number {
  return /^-?(?:\d|10)$/.test(variable) ? Number(variable) : 0;
}

/** What an event says of the attributes, or `all` that the leg has of them: those that we wrote, and those that a dialplan has set on a leg that called FreeSWITCH. */
export function learnAttributes({ changes }: Picture, channel: MutableChannel, { written, set, all }: { readonly written: string; readonly set: Attributes | null; readonly all: boolean }): void {
  const { call } = channel;
  if (call === null || channel.supervision !== null) return;
  const isDue = isDueOf(call, channel);
  if (written !== "" && (isDue || (call.attributes === NO_ATTRIBUTES && channel.attributesData === ""))) {
    call.attributes = joined(decodeAttributes(written), call.attributes, true);
    if (isDue) readOf(call, channel);
    changes.markDirty(call);
  }
  if (channel.attributesData === "") channel.attributesData = written;
  // They were taken away, and the process ended before the leg's state said so.
  if (all && written === "" && isDueOf(call, channel) && decodeChannelState(channel.presenceData)?.B === 1) {
    call.attributes = joined({}, call.attributes);
    readOf(call, channel);
    changes.markDirty(call);
  }
  const seen = channel.dialplanAttributes;
  if (channel.columns.direction !== "inbound" || (set === null && !all)) return;
  channel.dialplanAttributes = set ?? NO_ATTRIBUTES;
  const fresh = seen === null ? [] : Object.entries(set ?? {}).filter(([name, value]) => !Object.hasOwn(seen, name) || seen[name] !== value);
  if (fresh.length === 0) return;
  call.attributes = joined(call.attributes, Object.fromEntries(fresh), true);
  changes.markDirty(call);
}

/** Notes who hears music that covers a phone's hold. The hold and the music become known in either order. */
export function noteHoldMusic(channel: MutableChannel): void {
  for (const leg of [channel, channel.partner]) if (leg?.playing === true && leg.partner?.heldByPhone === true) leg.holdMusic = true;
}
