/** How two legs talk, and what becomes of each when they stop (switch_ivr_bridge.c). */
import { setTimeout as sleep } from "node:timers/promises";
import { parsePrivateEvents } from "./apps/private-events.js";
import type { Channel } from "./core/channel.js";
import { emitDtmf } from "./dial/dtmf.js";
import type { SwitchCore } from "./core/switch-core.js";
import { parkSession, transferAfterBridge } from "./transfer.js";

/** One leg's side of a bridge. */
interface Side {
  readonly self: Channel;
  readonly peer: Channel;
  /** The leg was moved on purpose, so its end decides nothing about the other. */
  clean: boolean;
  otherSide: Side | undefined;
}

const sides = new WeakMap<Channel, Side>();

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
  const delayMs = core.bridgeDelayMs();
  if (delayMs > 0) await sleep(delayMs);
  while (peer.has("BROADCAST") && peer.up && caller.ready) await caller.pauser.pause();
  // It was moved meanwhile (abort_call).
  if (!caller.ready) {
    sides.delete(caller);
    sides.delete(peer);
    peer.hangup(caller.hangupCause ?? "ORIGINATOR_CANCEL");
    return;
  }
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

/** Whether this leg's thread has not left its bridge with that leg yet. */
export const isInBridgeWith = (self: Channel, peer: Channel): boolean => self.up && self.has("BRIDGED") && sides.get(self)?.peer === peer;

/** Waits for a change of either. */
export async function watch(self: Channel, other: Channel, maxMs?: number): Promise<void> {
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
  if (core.losesBreaks() && peer.playing !== "") loseBreak(side);
  else endOfHeldLeg(side);
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

/** The partner goes on playing, as if the hold had ended and a command had been carried out on it meanwhile. */
function loseBreak({ self, peer }: Side): void {
  self.markUnheld();
  peer.flags.delete("BROADCAST");
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
