/** Commands that read and write a channel's variables. */
import { channelHeaders } from "../core/channel-events.js";
import { readVariable } from "../core/endpoint-variables.js";
import { EventRecord } from "../wire/event-record.js";
import { NO_CHANNEL, OK, type ApiCommand } from "./types.js";

export const uuidExists: ApiCommand = (core, args) => String(core.channel(args) !== undefined);

/** The value is the rest of the line, taken as it is. */
export const uuidSetvar: ApiCommand = (core, args) => {
  const [, uuid = "", name = "", value] = /^(\S+)\s+(\S+)(?:\s(.*))?$/s.exec(args) ?? [];
  if (uuid === "" || name === "") return "-USAGE: <uuid> <var> [value]\n";
  const channel = core.channel(uuid);
  if (channel === undefined) return NO_CHANNEL;
  if (!core.isSwallowed("uuid_setvar")) channel.setVariable(name, value === "_undef_" ? undefined : value);
  return OK;
};

export const uuidSetvarMulti: ApiCommand = (core, args) => {
  const space = args.indexOf(" ");
  if (space === -1) return "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n";
  const channel = core.channel(args.slice(0, space));
  if (channel === undefined) return NO_CHANNEL;
  if (core.isSwallowed("uuid_setvar_multi")) return OK;
  for (const item of args.slice(space + 1).split(";")) {
    const equals = item.indexOf("=");
    if (equals > 0) channel.setVariable(item.slice(0, equals), item.slice(equals + 1));
  }
  return OK;
};

export const uuidGetvar: ApiCommand = (core, args) => {
  const [uuid = "", name = ""] = args.split(" ");
  if (uuid === "" || name === "") return "-USAGE: <uuid> <var>\n";
  const channel = core.channel(uuid);
  if (channel === undefined) return NO_CHANNEL;
  return readVariable(channel, name) ?? "_undef_";
};

export const uuidDump: ApiCommand = (core, args) => {
  const [uuid = "", format = "txt"] = args.split(" ");
  if (uuid === "") return "-USAGE: <uuid> [format]\n";
  const channel = core.channel(uuid);
  if (channel === undefined) return NO_CHANNEL;
  const event = new EventRecord("CHANNEL_DATA", [...core.bus.stamp("CHANNEL_DATA"), ...channelHeaders(channel, "CHANNEL_DATA", [])]);
  return format.toLowerCase() === "json" ? event.toJson() : event.toPlain();
};
