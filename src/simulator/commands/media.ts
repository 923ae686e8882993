/** Commands about what is heard: uuid_broadcast, uuid_break, uuid_audio, uuid_record, digits. */
import { broadcast } from "../apps/private-events.js";
import type { Channel } from "../core/channel.js";
import type { SwitchCore } from "../core/switch-core.js";
import { setMute, startRecording, stopRecording } from "../media-bugs.js";
import { separate } from "../wire/separate.js";
import { NO_CHANNEL, OK, type ApiCommand } from "./types.js";

const partnerOf = (core: SwitchCore, channel: Channel): Channel | undefined => (channel.partnerUuid === undefined ? undefined : core.channel(channel.partnerUuid));

/** `<uuid> <path> [aleg|bleg|holdb|both]`; the path may name another application: `app[!cause]::data`. */
export const uuidBroadcast: ApiCommand = (core, args) => {
  const words = separate(args, " ");
  if (words.length < 2) return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n";
  const [uuid = "", path = "", legs = "aleg"] = words;
  const channel = core.channel(uuid);
  if (channel === undefined) return "-ERR invalid uuid\n";
  if (core.isSwallowed("uuid_broadcast")) return "+OK Message sent\n";
  const named = /^([A-Za-z_]+)(?:![A-Za-z_]*)?::(.*)$/.exec(path);
  const [app, data] = named?.[1] === undefined ? ["playback", path] : [named[1], named[2] ?? ""];
  const partner = partnerOf(core, channel);
  if ((legs === "both" || legs === "bleg" || legs === "holdb") && partner !== undefined) broadcast(partner, app, data, { loop: false });
  if (legs === "both" || legs === "aleg") broadcast(channel, app, data, { loop: false });
  return "+OK Message sent\n";
};

/** `<uuid> [all|both]`; `all` also forgets what is queued. */
export const uuidBreak: ApiCommand = (core, args) => {
  if (args === "") return "-USAGE: <uuid> [all]\n";
  const [uuid = "", flag = ""] = args.split(" ");
  const channel = core.channel(uuid);
  if (channel === undefined) return NO_CHANNEL;
  if (core.isSwallowed("uuid_break")) return OK;
  const partner = flag.includes("both") ? partnerOf(core, channel) : undefined;
  for (const leg of partner === undefined ? [channel] : [channel, partner]) {
    if (flag.includes("all")) leg.privateEvents.length = 0;
    if (leg.has("BROADCAST")) leg.stopBroadcast();
    else if (leg.playing !== "") leg.set("BREAK");
  }
  return OK;
};

const AUDIO_USAGE = "-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n";

/** `<uuid> [start [read|write] [mute|level <level>]|stop]` */
export const uuidAudio: ApiCommand = (core, args) => {
  const [uuid = "", action = "", direction = "", kind = "", level = ""] = args.split(" ");
  if (uuid === "" || action === "") return AUDIO_USAGE;
  const channel = core.channel(uuid);
  if (channel === undefined) return NO_CHANNEL;
  if (core.isSwallowed("uuid_audio")) return OK;
  if (action === "stop") {
    setMute(channel, "read", false);
    setMute(channel, "write", false);
    return OK;
  }
  if (action !== "start" || (direction !== "read" && direction !== "write")) return AUDIO_USAGE;
  if (kind === "mute") setMute(channel, direction, level !== "0");
  return OK;
};

const RECORD_USAGE = "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n";

/** FreeSWITCH answers `+OK` to a start that it cannot carry out; RECORD_START is the proof. */
export const uuidRecord: ApiCommand = (core, args) => {
  const [uuid = "", action = "", path = ""] = separate(args, " ");
  if (uuid === "" || action === "" || path === "") return RECORD_USAGE;
  const channel = core.channel(uuid);
  if (channel === undefined) return "-ERR Cannot locate session!\n";
  if (core.isSwallowed("uuid_record")) return "+OK Success\n";
  switch (action) {
    case "start":
      startRecording(channel, path);
      return "+OK Success\n";
    case "stop":
      return stopRecording(channel, path) ? "+OK Success\n" : "-ERR Cannot stop record session!\n";
    case "pause":
    case "mask":
      if (!channel.recordings.has(path)) return `-ERR Cannot ${action} recording session!\n`;
      channel.recordings.set(path, action === "pause" ? "paused" : "masked");
      return "+OK Success\n";
    case "resume":
    case "unmask":
      if (!channel.recordings.has(path)) return `-ERR Cannot ${action} recording session!\n`;
      channel.recordings.set(path, "recording");
      return "+OK Success\n";
    default:
      return RECORD_USAGE;
  }
};

/** Sends digits to the far end of the channel. */
export const uuidSendDtmf: ApiCommand = (core, args) => {
  const [uuid = "", digits = ""] = args.split(" ");
  if (uuid === "" || digits === "") return "-USAGE: <uuid> <dtmf_data>\n";
  const channel = core.channel(uuid);
  if (channel === undefined) return "-ERR Cannot locate session!\n";
  if (!core.isSwallowed("uuid_send_dtmf")) channel.sentDigits.push(...digits.replace(/@.*$/, ""));
  return `+OK ${uuid} sent DTMF ${digits}.\n`;
};

/** As if the far end had pressed the digits. */
export const uuidRecvDtmf: ApiCommand = (core, args) => {
  const [uuid = "", digits = ""] = args.split(" ");
  if (uuid === "" || digits === "") return "-USAGE: <uuid> <dtmf_data>\n";
  const channel = core.channel(uuid);
  if (channel === undefined) return "-ERR Cannot locate session!\n";
  if (!core.isSwallowed("uuid_recv_dtmf")) {
    channel.digits.push(...digits.replace(/@.*$/, ""));
    channel.changed();
  }
  return `+OK ${uuid} received DTMF ${digits}.\n`;
};

/** Mixes a file into the call; `<uuid> [start|stop] <path> [<limit>] [mux]`. */
export const uuidDisplace: ApiCommand = (core, args) => {
  const [uuid = "", action = "", path = ""] = separate(args, " ");
  if (uuid === "" || action === "" || path === "") return "-USAGE: <uuid> [start|stop] <path> [<limit>] [mux]\n";
  const channel = core.channel(uuid);
  if (channel === undefined) return "-ERR Cannot locate session!\n";
  channel.emit(action === "start" ? "MEDIA_BUG_START" : "MEDIA_BUG_STOP", [["Media-Bug-Function", "displace"], ["Media-Bug-Target", path]]);
  return "+OK Success\n";
};
