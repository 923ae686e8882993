/** Commands that move, answer or end a call: uuid_kill, uuid_answer, uuid_phone_event, uuid_hold, uuid_park, uuid_transfer, uuid_bridge. */
import { setTimeout as sleep } from "node:timers/promises";
import { broadcast } from "../apps/private-events.js";
import { parkSession, transferSession } from "../transfer.js";
import { uuidBridge } from "../uuid-bridge.js";
import { hangupCauseOr } from "../core/causes.js";
import type { Channel } from "../core/channel.js";
import type { SwitchCore } from "../core/switch-core.js";
import { separate } from "../wire/separate.js";
import { NO_CHANNEL, OK, type ApiCommand } from "./types.js";

/** How long uuid_hold off waits for the music to stop, as FreeSWITCH does. */
const MUSIC_STOP_LIMIT_US = 5_000_000;

export const uuidKill: ApiCommand = (core, args) => {
  if (args === "") return "-USAGE: <uuid> [cause]\n";
  const [uuid = "", cause = ""] = args.split(" ");
  const channel = core.channel(uuid);
  if (channel === undefined) return NO_CHANNEL;
  if (!core.isSwallowed("uuid_kill")) channel.hangup(hangupCauseOr(cause, "NORMAL_CLEARING"));
  return OK;
};

/** `hupall [<cause> [<variable> <value>]]` */
export const hupAll: ApiCommand = (core, args) => {
  const [word = "", name = "", value = ""] = args.split(" ");
  const cause = hangupCauseOr(word, "MANAGER_REQUEST");
  for (const channel of core.channels.values()) if (name === "" || channel.variable(name) === value) channel.hangup(cause);
  return `+OK hangup all channels with cause ${cause}\n`;
};

export const uuidAnswer: ApiCommand = (core, args) => {
  const channel = core.channel(args);
  if (channel === undefined) return NO_CHANNEL;
  if (!core.isSwallowed("uuid_answer")) channel.answer();
  return OK;
};

/** `<uuid> [talk|hold]`: a NOTIFY to the phone. FreeSWITCH says the same whatever the phone makes of it (mod_commands.c, uuid_phone_event_function). */
export const uuidPhoneEvent: ApiCommand = (core, args) => {
  if (args === "") return "-USAGE: <uuid>\n";
  const [uuid = "", event = "talk"] = args.split(" ");
  const channel = core.channel(uuid);
  if (channel === undefined) return "-ERR Operation failed\n";
  if (!core.isSwallowed("uuid_phone_event") && event.toLowerCase() !== "hold") core.farEnds.talk(channel);
  return "+OK Success\n";
};

export const uuidPark: ApiCommand = (core, args) => {
  const channel = core.channel(args);
  if (channel === undefined) return NO_CHANNEL;
  if (!core.isSwallowed("uuid_park") && channel.up) parkSession(channel);
  return OK;
};

export const uuidHold: ApiCommand = async (core, args) => {
  const [first = "", second = ""] = args.split(" ");
  if (first === "") return "-USAGE: [off|toggle] <uuid> [<display>]\n-ERR Operation failed\n";
  const word = first.toLowerCase();
  const channel = core.channel(word === "off" || word === "toggle" ? second : first);
  // FreeSWITCH answers this for a channel that does not exist, too.
  if (channel === undefined) return "+OK Success\n";
  const unhold = word === "off" || (word === "toggle" && channel.callState === "HELD");
  const possible = unhold ? channel.callState === "HELD" : channel.callState !== "HELD";
  if (!possible) return "-ERR Operation failed\n";
  if (!core.isSwallowed("uuid_hold")) {
    if (unhold) await resume(core, channel);
    else hold(core, channel);
  }
  return "+OK Success\n";
};

function hold(core: SwitchCore, channel: Channel): void {
  channel.flags.add("LEG_HOLDING");
  channel.flags.add("SUSPEND");
  channel.flags.add("HOLD");
  channel.profile.times.lastHold = core.clock.nowUs();
  channel.setCallState("HELD");
  const music = channel.variable("hold_music") ?? core.settings.globals.get("hold_music");
  const partner = channel.partnerUuid === undefined ? undefined : core.channel(channel.partnerUuid);
  if (music !== undefined && music !== "silence" && partner !== undefined) broadcast(partner, "playback", music, { loop: true });
  channel.emit("CHANNEL_HOLD");
}

async function resume(core: SwitchCore, channel: Channel): Promise<void> {
  channel.clear("HOLD", "SUSPEND", "LEG_HOLDING");
  channel.setCallState("UNHELD");
  const partner = channel.partnerUuid === undefined ? undefined : core.channel(channel.partnerUuid);
  if (partner !== undefined) await stopMusic(core, channel, partner);
  // The phone has taken the re-INVITE meanwhile.
  if (channel.up) channel.setCallState("ACTIVE");
  channel.emit("CHANNEL_UNHOLD");
}

async function stopMusic(core: SwitchCore, channel: Channel, partner: Channel): Promise<void> {
  dropQueuedMusic(partner);
  partner.stopBroadcast();
  const limitUs = core.clock.nowUs() + MUSIC_STOP_LIMIT_US;
  const pauser = core.newPauser();
  partner.watchers.add(pauser);
  channel.watchers.add(pauser);
  while (partner.has("BROADCAST") && partner.up && channel.up && core.clock.nowUs() < limitUs) await pauser.pause((limitUs - core.clock.nowUs()) / 1000);
  partner.watchers.delete(pauser);
  channel.watchers.delete(pauser);
}

/** Music that has not begun yet must not begin after the call was resumed. */
function dropQueuedMusic(partner: Channel): void {
  const kept = partner.privateEvents.filter((event) => event.loops >= 0);
  partner.privateEvents.length = 0;
  partner.privateEvents.push(...kept);
}

async function waitUntilParked(channel: Channel): Promise<void> {
  while (channel.up && !channel.has("CONTROLLED")) await sleep(1);
}

export const uuidTransfer: ApiCommand = async (core, args) => {
  const words = separate(args, " ");
  if (words.length < 2 || words.length > 5) return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n";
  const [uuid = ""] = words;
  const channel = core.channel(uuid);
  if (channel === undefined) return NO_CHANNEL;
  const option = words[1]?.startsWith("-") === true ? words[1].slice(1).toLowerCase() : "";
  const [destination = "", dialplan = "", context = ""] = words.slice(option === "" ? 1 : 2);
  if (core.isSwallowed("uuid_transfer")) return OK;
  const partnerUuid = channel.variable("bridge_to");
  const partner = partnerUuid === undefined ? undefined : core.channel(partnerUuid);
  if (option === "both" && partner !== undefined) {
    partner.flags.add("REDIRECT");
    channel.flags.add("REDIRECT");
    if (partner.up) transferSession(partner, destination, dialplan, context);
  }
  const moved = option === "bleg" && partner !== undefined ? partner : channel;
  const stray = option === "both" && moved.state === "CS_EXCHANGE_MEDIA" ? core.strayPark() : null;
  if (stray !== null) {
    moved.setVariable("park_timeout", "3");
    if (stray !== "late") moved.setState("CS_PARK");
    if (stray === "before") await waitUntilParked(moved);
  }
  if (stray !== "after" && moved.up) transferSession(moved, destination, dialplan, context);
  return OK;
};

export const uuidBridgeCommand: ApiCommand = (core, args) => {
  const words = args.split(" ").filter((word) => word !== "");
  if (words.length < 2) return "-USAGE: <uuid> <other_uuid>\n";
  const [first = "", ...others] = words;
  const originator = core.channel(first);
  for (const uuid of others.slice(0, 2)) {
    const other = core.channel(uuid);
    if (originator === undefined || other === undefined) continue;
    if (core.isSwallowed("uuid_bridge") || uuidBridge(originator, other)) return `+OK ${uuid}\n`;
  }
  return "-ERR Invalid uuid\n";
};
