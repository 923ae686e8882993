/** The thread of one session: runs each channel state until the channel is destroyed (switch_core_state_machine.c). */
import { stopMediaBugs } from "./media-bugs.js";
import { executeApplication } from "./apps/execute.js";
import { park } from "./apps/park.js";
import { exchangeMedia, isInBridgeWith, watch } from "./bridge.js";
import { uuidBridgeHibernate, uuidBridgeReset, uuidBridgeSoftExecute } from "./uuid-bridge.js";
import type { Channel } from "./core/channel.js";
import type { SwitchCore } from "./core/switch-core.js";
import { writeCdr } from "./json-cdr.js";
import { huntInline } from "./dial/inline-dialplan.js";

/**
 * Starts the session's thread. `current` is what a channel that was made in the midst of its state does there.
 * A failure inside it is a defect of the simulator and ends the process as an unhandled rejection.
 */
export function startSession(core: SwitchCore, channel: Channel, current?: () => Promise<void>): void {
  void runSession(core, channel, current);
}

async function runSession(core: SwitchCore, channel: Channel, current?: () => Promise<void>): Promise<void> {
  if (current !== undefined) {
    await current();
    if (channel.runningState === "CS_EXECUTE") await execute(core, channel);
  }
  for (;;) {
    if (!channel.up) break;
    if (channel.state === channel.runningState && channel.state !== "CS_NEW") {
      await channel.pauser.pause();
      continue;
    }
    enterState(channel);
    await runState(core, channel);
  }
  await windDown(core, channel);
}

function enterState(channel: Channel): void {
  if (channel.state === "CS_NEW") channel.state = "CS_INIT";
  channel.runningState = channel.state;
  if (channel.direction === "inbound") {
    if (channel.state === "CS_ROUTING") channel.setCallState("RINGING");
    else if (channel.answered && channel.callState !== "HELD") channel.setCallState("ACTIVE");
    else if (channel.has("EARLY_MEDIA") && !channel.answered) channel.setCallState("EARLY");
  }
  channel.emit("CHANNEL_STATE");
  channel.flags.delete("TRANSFER");
  channel.flags.delete("REDIRECT");
  for (const watcher of channel.watchers) watcher.wake();
}

async function runState(core: SwitchCore, channel: Channel): Promise<void> {
  switch (channel.runningState) {
    case "CS_INIT":
      channel.setState("CS_ROUTING");
      channel.emit("CHANNEL_CREATE");
      if (channel.direction === "outbound") channel.emit("CHANNEL_ORIGINATE");
      return;
    case "CS_ROUTING":
      route(core, channel);
      return;
    case "CS_EXECUTE":
      await execute(core, channel);
      return;
    case "CS_EXCHANGE_MEDIA":
      await exchangeMedia(core, channel);
      return;
    case "CS_PARK":
      await park(core, channel);
      return;
    case "CS_HIBERNATE":
      if (channel.handler === "uuid_bridge") uuidBridgeHibernate(channel);
      return;
    case "CS_RESET":
      channel.setVariable("call_uuid", channel.uuid);
      if (channel.handler === "uuid_bridge") uuidBridgeReset(channel);
      return;
    case "CS_SOFT_EXECUTE":
      if (channel.handler === "uuid_bridge") await uuidBridgeSoftExecute(core, channel);
      return;
    case "CS_CONSUME_MEDIA":
      if (channel.handler === "uuid_bridge") uuidBridgeHibernate(channel);
      return;
    default:
      return;
  }
}

function route(core: SwitchCore, channel: Channel): void {
  const { profile } = channel;
  if (channel.direction === "outbound" && !channel.answered) {
    channel.setState("CS_CONSUME_MEDIA");
    return;
  }
  channel.setVariable("call_uuid", channel.uuid);
  if (channel.direction === "outbound" && !channel.has("DIALPLAN")) {
    channel.flags.add("DIALPLAN");
    profile.logicalDirection = "inbound";
    channel.flipCallerId();
  }
  const inline = profile.dialplan === "inline";
  const extension = inline ? huntInline(profile.destination) : core.settings.dialplan(profile.destination, channel, core);
  if (extension === undefined) {
    channel.hangup("NO_ROUTE_DESTINATION");
    return;
  }
  channel.extension = extension;
  channel.setState("CS_EXECUTE");
}

async function execute(core: SwitchCore, channel: Channel): Promise<void> {
  channel.setVariable("call_uuid", channel.uuid);
  while (channel.state === "CS_EXECUTE") {
    const next = channel.extension.shift();
    if (next === undefined) break;
    const known = await executeApplication(core, channel, next.app, next.data);
    if (!known) return;
  }
  if (channel.ready && channel.state === "CS_EXECUTE") channel.hangup("NORMAL_CLEARING");
}

async function windDown(core: SwitchCore, channel: Channel): Promise<void> {
  channel.runningState = "CS_HANGUP";
  channel.emit("CHANNEL_STATE");
  stopMediaBugs(channel);
  channel.setCallState("HANGUP");
  channel.state = "CS_REPORTING";
  channel.runningState = "CS_REPORTING";
  channel.emit("CHANNEL_STATE");
  addReport(channel);
  if (core.settings.cdrDir !== undefined) writeCdr(core.settings.cdrDir, core.bus.coreUuid, core.settings.hostname, channel);
  channel.emit("CHANNEL_HANGUP_COMPLETE");
  for (const letGo of channel.spies) letGo();
  // A thread of a bridge holds the session of the other leg, too.
  const partner = core.losesBreaks() ? core.channel(channel.partnerUuid ?? "") : undefined;
  if (partner !== undefined) while (isInBridgeWith(partner, channel)) await watch(channel, partner);
  channel.state = "CS_DESTROY";
  channel.setVariable("call_uuid", channel.uuid);
  core.remove(channel);
  channel.changed();
  channel.emit("CHANNEL_DESTROY");
  channel.runningState = "CS_DESTROY";
  channel.emit("CHANNEL_STATE");
}

/** The variables that a CDR is made of. */
function addReport(channel: Channel): void {
  const { times } = channel.profile;
  const seconds = (us: number): string => String(Math.floor(us / 1_000_000));
  channel.setVariable("hangup_cause", channel.hangupCause ?? "NORMAL_CLEARING");
  channel.setVariable("start_epoch", seconds(times.created));
  channel.setVariable("start_uepoch", String(times.created));
  channel.setVariable("answer_epoch", seconds(times.answered));
  channel.setVariable("answer_uepoch", String(times.answered));
  channel.setVariable("end_epoch", seconds(times.hangup));
  channel.setVariable("end_uepoch", String(times.hangup));
  channel.setVariable("duration", seconds(times.hangup - times.created));
  channel.setVariable("billsec", times.answered === 0 ? "0" : seconds(times.hangup - times.answered));
}
