/** How two legs talk, and what becomes of each when they stop (switch_ivr_bridge.c). */
import { parsePrivateEvents } from "./apps/private-events.js";
import { readVariable } from "./core/endpoint-variables.js";
import type { Channel } from "./core/channel.js";
import { emitDtmf } from "./dial/dtmf.js";
import { cloneProfile } from "./core/profile.js";
import type { SwitchCore } from "./core/switch-core.js";

/** One leg's side of a bridge. */
interface Side {
  readonly self: Channel;
  readonly peer: Channel;
  /** The leg was moved on purpose, so its end decides nothing about the other. */
  clean: boolean;
  otherSide: Side | undefined;
}

const sides = new WeakMap<Channel, Side>();

/** Parks a session wherever it is (switch_ivr_park_session). */
export function parkSession(channel: Channel): void {
  channel.flags.add("TRANSFER");
  channel.setState("CS_PARK");
}

/** Joins `peer` to `caller` from the caller's thread, and returns when they are parted (switch_ivr_multi_threaded_bridge). */
export async function bridgeLegs(core: SwitchCore, caller: Channel, peer: Channel): Promise<void> {
  if (peer.answered && !caller.answered) {
    caller.profile.calleeName = peer.profile.calleeName;
    caller.profile.calleeNumber = peer.profile.calleeNumber;
    caller.answer();
  }
  if (!caller.ready) {
    peer.hangup("ORIGINATOR_CANCEL");
    return;
  }
  peer.state = "CS_CONSUME_MEDIA";
  joinSilently(caller, peer);
  caller.emit("CHANNEL_BRIDGE", [
    ["Bridge-A-Unique-ID", caller.uuid],
    ["Bridge-B-Unique-ID", peer.uuid],
  ]);
  while (peer.has("BROADCAST") && peer.up && caller.ready) await caller.pauser.pause();
  peer.setState("CS_EXCHANGE_MEDIA");
  await converse(core, caller, peer);
}

/** Writes down who talks to whom, without telling. */
export function joinSilently(caller: Channel, peer: Channel): void {
  caller.flags.add("BRIDGE_ORIGINATOR");
  peer.flags.delete("BRIDGE_ORIGINATOR");
  peer.setVariable("call_uuid", caller.uuid);
  const now = caller.host.clock.nowUs();
  caller.profile.times.bridged = now;
  peer.profile.times.bridged = now;
  for (const [leg, other] of [[caller, peer], [peer, caller]] as const) {
    leg.setVariable("bridge_to", other.uuid);
    leg.setVariable("last_bridge_to", other.uuid);
    leg.setVariable("bridge_channel", other.name);
    leg.setVariable("bridge_uuid", other.uuid);
    leg.setVariable("signal_bond", other.uuid);
  }
  const callerSide: Side = { self: caller, peer, clean: false, otherSide: undefined };
  const peerSide: Side = { self: peer, peer: caller, clean: false, otherSide: callerSide };
  callerSide.otherSide = peerSide;
  sides.set(caller, callerSide);
  sides.set(peer, peerSide);
}

/**
 * The caller's side of the conversation, and what follows it. The peer must be joined and in (or on its way to) CS_EXCHANGE_MEDIA.
 * `displayed`: both have been told already whom they talk to.
 */
export async function converse(core: SwitchCore, caller: Channel, peer: Channel, options: { readonly displayed?: boolean } = {}): Promise<void> {
  const side = sides.get(caller);
  if (side === undefined) return;
  await bridgeLoop(core, side, options.displayed !== true);
  sides.delete(caller);
  caller.clear("BRIDGE_ORIGINATOR");
  peer.stopBroadcast();
  while (peer.state === "CS_EXCHANGE_MEDIA") await watch(caller, peer);
  if (peer.hangupCause !== undefined) caller.setVariable("bridge_hangup_cause", peer.hangupCause);
  if (caller.hangupCause !== undefined) peer.setVariable("bridge_hangup_cause", caller.hangupCause);
  peer.setVariable("call_uuid", peer.uuid);
  caller.emit("CHANNEL_UNBRIDGE", [
    ["Bridge-A-Unique-ID", caller.uuid],
    ["Bridge-B-Unique-ID", peer.uuid],
  ]);
  decideForCaller(caller, peer, side);
}

function decideForCaller(caller: Channel, peer: Channel, side: Side): void {
  if (!caller.has("TRANSFER") && !caller.has("REDIRECT") && !side.clean && peer.answered && caller.up) {
    const hangupAfter = caller.variable("hangup_after_bridge");
    const cause = peer.hangupCause ?? "NORMAL_CLEARING";
    const transferAfter = caller.variable("transfer_after_bridge");
    if (hangupAfter === "explicit") caller.hangup(cause);
    else if (caller.isTrue("park_after_bridge")) parkSession(caller);
    else if (transferAfter !== undefined) transferAfterBridge(caller, transferAfter);
    else if (caller.isTrue("hangup_after_bridge")) caller.hangup(cause);
  }
  if (caller.has("REDIRECT") && caller.up && !["CS_RESET", "CS_PARK", "CS_ROUTING", "CS_EXECUTE"].includes(caller.state)) caller.setState("CS_RESET");
}

/** `exten[:dialplan[:context]]` of transfer_after_bridge. */
function transferAfterBridge(channel: Channel, where: string): void {
  const [extension = "", dialplan = "", context = ""] = where.split(":");
  transferSession(channel, extension, dialplan, context);
}

/** Waits for a change of either. */
async function watch(self: Channel, other: Channel, maxMs?: number): Promise<void> {
  other.watchers.add(self.pauser);
  try {
    await self.pauser.pause(maxMs);
  } finally {
    other.watchers.delete(self.pauser);
  }
}

async function bridgeLoop(core: SwitchCore, side: Side, displays: boolean): Promise<void> {
  const { self, peer } = side;
  self.set("BRIDGED");
  let displayed = !displays;
  peer.watchers.add(self.pauser);
  while (!peer.has("BRIDGED") && peer.up && self.ready && !peer.has("TRANSFER")) await self.pauser.pause();
  for (;;) {
    if (self.has("TRANSFER")) side.clean = true;
    if (side.clean || peer.has("TRANSFER")) {
      releaseHold(self);
      break;
    }
    if (!peer.has("BRIDGED")) break;
    if (!self.ready) {
      if (self.up) side.clean = true;
      break;
    }
    if (!peer.up) break;
    if (!displayed) {
      displayed = true;
      display(peer, self);
      display(self, peer);
    }
    if (self.privateEvents.length > 0) {
      await parsePrivateEvents(core, self);
      continue;
    }
    self.eavesdropCommands.length = 0;
    const digits = self.digits.splice(0);
    for (const digit of digits) emitDtmf(self, digit);
    await self.pauser.pause();
  }
  peer.watchers.delete(self.pauser);
  self.setVariable("bridge_to", undefined);
  self.flags.delete("BRIDGED");
  self.flags.delete("BREAK");
  endOfHeldLeg(side);
  self.changed();
}

/** The end of a held leg takes its partner with it, whatever park_after_bridge says. */
function endOfHeldLeg(side: Side): void {
  const { self, peer } = side;
  if (!self.has("LEG_HOLDING") && !self.has("HANGUP_HELD")) return;
  if (peer.ready && peer.state !== "CS_PARK" && side.otherSide?.clean !== true) {
    peer.stopBroadcast();
    peer.hangup(peer.hangupCause ?? "NORMAL_CLEARING");
  }
  self.markUnheld();
}

/** Leaving a bridge ends hold without a word: the leg is about to hear something else. */
function releaseHold(self: Channel): void {
  self.flags.delete("HOLD");
  self.flags.delete("SUSPEND");
}

/** Tells `to` whom it talks to (send_display: CALL_UPDATE on the leg that is told). */
function display(from: Channel, to: Channel): void {
  const originator = to.has("BRIDGE_ORIGINATOR");
  const number = originator ? to.profile.calleeNumber || to.profile.destination : to.profile.cidNumber || from.profile.cidNumber;
  const name = (originator ? to.profile.calleeName : to.profile.cidName) || number;
  to.updateDisplay(name, number, [["Bridged-To", from.uuid]]);
}

/** CS_EXCHANGE_MEDIA: the other leg's thread during a bridge (audio_bridge_on_exchange_media). */
export async function exchangeMedia(core: SwitchCore, channel: Channel): Promise<void> {
  const side = sides.get(channel);
  if (side === undefined) {
    channel.hangup("DESTINATION_OUT_OF_ORDER");
    return;
  }
  await bridgeLoop(core, side, false);
  sides.delete(channel);
  if (channel.has("TRANSFER") || channel.has("REDIRECT") || side.clean || channel.state !== "CS_EXCHANGE_MEDIA") return;
  const transferAfter = channel.variable("transfer_after_bridge");
  if (channel.isTrue("park_after_bridge")) parkSession(channel);
  else if (transferAfter !== undefined) transferAfterBridge(channel, transferAfter);
  else channel.hangup(channel.answered ? "NORMAL_CLEARING" : "ORIGINATOR_CANCEL");
}

/** A held leg that is sent elsewhere is unheld; its phone takes the re-INVITE a moment later (switch_ivr_check_hold). */
function takeOffHold(channel: Channel): void {
  if (!channel.has("HOLD")) return;
  channel.markUnheld();
  channel.after(channel.host.frameMs * 2, () => {
    if (channel.up && channel.callState === "UNHELD") channel.setCallState("ACTIVE");
  });
}

/** Sends a session to another destination (switch_ivr_session_transfer). */
export function transferSession(channel: Channel, extension: string, dialplan: string, context: string): void {
  takeOffHold(channel);
  channel.handler = "none";
  const { profile } = channel;
  const useDialplan = dialplan !== "" ? dialplan : profile.dialplan === "inline" || profile.dialplan === "" ? "XML" : profile.dialplan;
  channel.flags.add("TRANSFER");
  const partner = channel.partnerUuid;
  channel.setVariable("signal_bond", undefined);
  channel.setVariable("rdnis", profile.destination);
  // The new profile knows nothing of the old partner.
  channel.other = undefined;
  channel.profile = {
    ...cloneProfile(profile),
    dialplan: useDialplan,
    context: context !== "" ? context : profile.context !== "" ? profile.context : "default",
    destination: extension === "" ? "service" : extension,
  };
  channel.profile.times.transferred = channel.host.clock.nowUs();
  channel.setVariable("transfer_source", `${Math.floor(channel.host.clock.nowUs() / 1_000_000)}:${partner ?? ""}:bl_xfer:${extension}/${channel.profile.context}/${useDialplan}`);
  channel.setState("CS_ROUTING");
}

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
  const otherUuid = readVariable(channel, "uuid_bridge");
  const other = otherUuid === undefined ? undefined : core.channel(otherUuid);
  channel.setVariable("uuid_bridge", undefined);
  if (other === undefined) {
    channel.flags.delete("UUID_BRIDGE_ORIGINATOR");
    if (channel.isTrue("park_after_bridge")) parkSession(channel);
    else channel.hangup("DESTINATION_OUT_OF_ORDER");
    return;
  }
  while (other.up && channel.up && other.runningState !== "CS_SOFT_EXECUTE") {
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
