/** uuid_bridge: two sessions leave what they do and meet (switch_ivr_uuid_bridge and its state handlers). */
import { bridgeLegs, watch } from "./bridge.js";
import type { Channel } from "./core/channel.js";
import { cloneProfile } from "./core/profile.js";
import type { SwitchCore } from "./core/switch-core.js";
import { parkSession, takeOffHold } from "./transfer.js";

/** Prepares two sessions to be bridged to each other, whatever they do now (switch_ivr_uuid_bridge). False when that is not possible. */
export function uuidBridge(originator: Channel, originatee: Channel): boolean {
  if (!originator.up || !originatee.up || originator === originatee) return false;
  if (!originator.answered && !originatee.answered) return false;
  for (const leg of [originator, originatee]) takeOffHold(leg);
  if (originator.direction === "outbound" && !originator.has("DIALPLAN")) {
    originator.flipCallerId();
    originator.flags.add("DIALPLAN");
  }
  const [a, b] = originator.answered ? [originator, originatee] : [originatee, originator];
  if (b.direction === "outbound") b.flags.delete("DIALPLAN");
  a.setVariable("uuid_bridge", b.uuid);
  for (const [leg, other] of [[a, b], [b, a]] as const) {
    leg.setVariable("bridge_channel", other.name);
    leg.setVariable("bridge_uuid", other.uuid);
    leg.setVariable("signal_bond", other.uuid);
    leg.profile = cloneProfile(leg.profile);
  }
  a.other = { type: "originatee", profile: cloneProfile(b.profile) };
  b.other = { type: "originator", profile: cloneProfile(a.profile) };
  a.profile.calleeName = b.profile.calleeName;
  a.profile.calleeNumber = b.profile.calleeNumber;
  b.profile.cidName = a.profile.cidName;
  b.profile.cidNumber = a.profile.cidNumber;
  for (const leg of [a, b]) {
    leg.stopBroadcast();
    leg.flags.add("REDIRECT");
    leg.flags.add("TRANSFER");
    leg.flags.delete("UUID_BRIDGE_ORIGINATOR");
    leg.handler = "uuid_bridge";
  }
  a.flags.add("UUID_BRIDGE_ORIGINATOR");
  for (const leg of [a, b]) leg.setState(leg.state === "CS_HIBERNATE" ? "CS_CONSUME_MEDIA" : "CS_HIBERNATE");
  return true;
}

export const uuidBridgeHibernate = (channel: Channel): void => channel.setState("CS_RESET");

export function uuidBridgeReset(channel: Channel): void {
  if (channel.has("UUID_BRIDGE_ORIGINATOR")) channel.setState("CS_SOFT_EXECUTE");
}

export async function uuidBridgeSoftExecute(core: SwitchCore, channel: Channel): Promise<void> {
  channel.handler = "none";
  if (!channel.has("UUID_BRIDGE_ORIGINATOR")) return;
  const otherUuid = channel.variable("uuid_bridge");
  const other = otherUuid === undefined ? undefined : core.channel(otherUuid);
  channel.setVariable("uuid_bridge", undefined);
  if (other === undefined) {
    channel.flags.delete("UUID_BRIDGE_ORIGINATOR");
    if (channel.isTrue("park_after_bridge")) parkSession(channel);
    else channel.hangup("DESTINATION_OUT_OF_ORDER");
    return;
  }
  // One that is just leaving another bridge of this kind still runs in that state.
  while (other.up && channel.up && !(other.runningState === "CS_SOFT_EXECUTE" && other.state === "CS_SOFT_EXECUTE")) {
    if (other.runningState === "CS_RESET" && other.state === "CS_RESET") other.setState("CS_SOFT_EXECUTE");
    await watch(channel, other);
  }
  if (!channel.ready || !other.ready) {
    if (channel.ready) channel.hangup("DESTINATION_OUT_OF_ORDER");
    else if (other.up && !channel.up) other.hangup("DESTINATION_OUT_OF_ORDER");
    channel.flags.delete("UUID_BRIDGE_ORIGINATOR");
    return;
  }
  channel.emit("CHANNEL_EXECUTE", [["Application", "uuid_bridge"], ["Application-Data", other.uuid]]);
  other.emit("CHANNEL_EXECUTE", [["Application", "uuid_bridge"], ["Application-Data", channel.uuid]]);
  await bridgeLegs(core, channel, other);
  if (!channel.has("TRANSFER") && !channel.has("REDIRECT") && channel.up && channel.state !== "CS_ROUTING" && channel.state !== "CS_PARK") channel.setState("CS_EXECUTE");
  channel.flags.delete("UUID_BRIDGE_ORIGINATOR");
}
