/** Who hears whom: computed from bridges, hold, mute, music, eavesdropping and conferences. */
import { spyingOf } from "./apps/eavesdrop.js";
import type { Channel } from "./core/channel.js";
import type { SwitchCore } from "./core/switch-core.js";

/** The parties (extensions and numbers) whose voice reaches `listener` now. */
export function hears(core: SwitchCore, listener: string): Set<string> {
  const heard = new Set<string>();
  for (const channel of core.channels.values()) {
    if (channel.farEnd.party !== listener || !channel.answered || !channel.up) continue;
    for (const source of sources(core, channel)) if (source.farEnd.party !== listener && source.farEnd.kind !== "loopback") heard.add(source.farEnd.party);
  }
  return heard;
}

/** The channels whose far end is heard on this one. */
export function sources(core: SwitchCore, channel: Channel): Set<Channel> {
  if (channel.mute.write || channel.has("PHONE_HOLD")) return new Set();
  const heard = direct(core, channel);
  const spying = spyingOf(channel);
  if (spying !== undefined) {
    if (spying.hears !== "heard" && speaks(spying.target)) heard.add(spying.target);
    if (spying.hears !== "said") for (const source of direct(core, spying.target)) heard.add(source);
  }
  for (const spy of core.channels.values()) {
    const watch = spyingOf(spy);
    if (watch === undefined || !speaks(spy) || spy === channel) continue;
    const isTarget = watch.target === channel && watch.write;
    const isPartner = watch.read && (bridgePartner(core, watch.target) === channel || mixedFor(core, channel).includes(watch.target));
    if ((isTarget || isPartner) && channel.playing === "") heard.add(spy);
  }
  return heard;
}

/** What comes by the bridge or the conference, spies apart. */
function direct(core: SwitchCore, channel: Channel): Set<Channel> {
  const heard = new Set<Channel>();
  const partner = bridgePartner(core, channel);
  if (partner !== undefined && speaks(partner) && flows(partner, channel)) heard.add(partner);
  for (const member of mixedFor(core, channel)) if (speaks(member)) heard.add(member);
  return heard;
}

/** The members whose input a conference mixes for this one. */
function mixedFor(core: SwitchCore, channel: Channel): Channel[] {
  return [...core.conferences.values()].flatMap((room) => {
    const self = room.members.find((member) => member.channel === channel);
    if (self === undefined || self.deaf || self.dismissed || self.held === "music") return [];
    return room.members.filter((member) => member !== self && !member.muted && member.held === "no" && room.isHeard(member, self)).map((member) => member.channel);
  });
}

function bridgePartner(core: SwitchCore, channel: Channel): Channel | undefined {
  const uuid = channel.has("BRIDGED") ? channel.variable("bridge_to") : undefined;
  const partner = uuid === undefined ? undefined : core.channel(uuid);
  return partner?.has("BRIDGED") === true ? partner : undefined;
}

export const speaks = (channel: Channel): boolean => channel.answered && channel.up && !channel.mute.read && !channel.has("PHONE_HOLD");

/** While a leg plays something its thread passes no voice on, and its far end hears that instead; a held pair is cut both ways. */
function flows(from: Channel, to: Channel): boolean {
  if (from.playing !== "" || to.playing !== "") return false;
  return ![from, to].some((leg) => leg.has("HOLD") || leg.has("LEG_HOLDING") || leg.has("SUSPEND"));
}
