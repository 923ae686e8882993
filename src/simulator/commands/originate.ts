/** `originate <url> <exten>|&<app>(<args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]` */
import { transferSession } from "../transfer.js";
import { splitArguments } from "../dial/dial-string.js";
import { originate } from "../dial/originate.js";
import type { ApiCommand } from "./types.js";

const USAGE = "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]\n";

export const originateCommand: ApiCommand = async (core, args) => {
  const words = splitArguments(args);
  const [url, destination, dialplan = "XML", context = "default", cidName, cidNumber, timeout] = words;
  if (url === undefined || destination === undefined || words.length > 7) return USAGE;
  const timeoutS = Number.parseInt(timeout ?? "", 10);
  const outcome = await originate(core, url, {
    ...(cidName === undefined || cidName === "undef" ? {} : { callerIdName: cidName }),
    ...(cidNumber === undefined || cidNumber === "undef" ? {} : { callerIdNumber: cidNumber }),
    ...(timeoutS > 0 ? { timeoutS } : {}),
  });
  if (!outcome.ok) return `-ERR ${outcome.cause}\n`;
  const { channel } = outcome;
  const app = /^&([A-Za-z_]+)(?:\((.*)\))?$/s.exec(destination);
  if (app?.[1] === undefined) transferSession(channel, destination, dialplan, context);
  else {
    channel.flags.add("DIALPLAN");
    channel.flipCallerId();
    channel.extension = [{ app: app[1], data: app[2] ?? "" }];
    channel.setState("CS_EXECUTE");
  }
  return `+OK ${channel.uuid}\n`;
};
