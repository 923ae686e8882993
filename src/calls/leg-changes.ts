/** What becomes of one leg, by whichever way FreeSWITCH tells it: an event, a snapshot or an answer. */
import type { ChannelUuid } from "../freeswitch/index.js";
import type { CallIndex } from "./call-index.js";
import type { Changes } from "./changes.js";
import { unlink, type Channel } from "./channel.js";
import type { ChannelState } from "./channel-state.js";
import type { Grouping } from "./grouping.js";
import type { Identity } from "./identity.js";

/** What the registry is made of; its steps (events, snapshots, answers) work on it. */
export interface Picture {
  readonly index: CallIndex;
  readonly identity: Identity;
  readonly grouping: Grouping;
  readonly changes: Changes;
  /** A channel that is in no call yet. */
  readonly newChannel: (uuid: ChannelUuid, node: string) => Channel;
  /** Our own state as the channel carries it; what is not ours is counted. */
  readonly readState: (channel: Channel, presenceData: string) => ChannelState | undefined;
}

/** @param atUs microseconds since the epoch */
export function setAnswered({ identity, changes }: Picture, channel: Channel, atUs: number): void {
  if (!channel.answered) changes.leg("answered", channel);
  channel.answered = true;
  channel.answeredAt = new Date(atUs / 1000);
  const { call } = channel;
  if (call === null || channel.role === "supervisor") return;
  identity.ownByDialling(call, channel);
  changes.markDirty(call);
}

export function setParked({ changes }: Picture, channel: Channel, parked: boolean): void {
  if (channel.parked === parked) return;
  channel.parked = parked;
  if (channel.call !== null) changes.markDirty(channel.call);
}

export function setHungUp({ identity, changes }: Picture, channel: Channel, cause: string): void {
  if (channel.hungUp) return;
  channel.hungUp = true;
  channel.hangupCause = cause;
  changes.leg("completed", channel);
  unlink(channel);
  const { call } = channel;
  if (call === null) return;
  if (channel.role === "supervisor") {
    call.spies = call.spies.filter((leg) => leg !== channel);
    // What is told now shows the call without it already.
    call.version++;
    changes.markDirty(call);
    changes.tell({ type: "spy", call, leg: channel, what: "ended" });
    return;
  }
  call.legs = call.legs.filter((leg) => leg !== channel);
  identity.ownByStaying(call);
  changes.markDirty(call);
}

/** A channel that FreeSWITCH does not have any more. */
export function removeChannel(picture: Picture, channel: Channel): void {
  setHungUp(picture, channel, channel.hangupCause);
  picture.index.removeChannel(channel);
}

/** A caller's priority as her dialplan gave it; 0 for what is none. */
export function priorityOf(variable: string): number {
  return /^-?(?:\d|10)$/.test(variable) ? Number(variable) : 0;
}
