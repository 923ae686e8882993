/** sched_hangup, sched_transfer and sched_api: things to be done later. */
import { transferSession } from "../transfer.js";
import { hangupCauseOr } from "../core/causes.js";
import type { SwitchCore } from "../core/switch-core.js";
import { separate } from "../wire/separate.js";
import type { ApiCommand } from "./types.js";

/** `+5` is in five seconds, a bare number an epoch time. */
const delayMs = (when: string): number => (when.startsWith("+") ? Number(when.slice(1)) * 1000 : Number(when) * 1000 - Date.now());

function schedule(core: SwitchCore, group: string, ms: number, action: () => void): number {
  const id = Math.max(0, ...core.scheduled.keys()) + 1;
  const timer = setTimeout(() => {
    core.scheduled.delete(id);
    action();
  }, Math.max(0, ms));
  core.scheduled.set(id, { group, timer });
  return id;
}

export const schedHangup: ApiCommand = (core, args) => {
  const [when = "", uuid = "", cause = "ALLOTTED_TIMEOUT"] = args.split(" ");
  if (when === "" || uuid === "" || Number.isNaN(delayMs(when))) return "-USAGE: [+]<time> <uuid> [<cause>]\n";
  if (core.channel(uuid) === undefined) return "-ERR No such channel!\n";
  if (core.isSwallowed("sched_hangup")) return "+OK\n";
  schedule(core, uuid, delayMs(when), () => core.channel(uuid)?.hangup(hangupCauseOr(cause, "ALLOTTED_TIMEOUT")));
  return "+OK\n";
};

export const schedTransfer: ApiCommand = (core, args) => {
  const [when = "", uuid = "", destination = "", dialplan = "", context = ""] = separate(args, " ");
  if (when === "" || uuid === "" || destination === "" || Number.isNaN(delayMs(when))) return "-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n";
  if (core.channel(uuid) === undefined) return "-ERR No such channel!\n";
  if (core.isSwallowed("sched_transfer")) return "+OK\n";
  schedule(core, uuid, delayMs(when), () => {
    const channel = core.channel(uuid);
    if (channel?.up === true) transferSession(channel, destination, dialplan, context);
  });
  return "+OK\n";
};

/** `[+]<time> <group> <command>`: any command. @param run runs one */
export const schedApi = (run: (core: SwitchCore, line: string) => Promise<string>): ApiCommand => (core, args) => {
  const [, when = "", group = "", line = ""] = /^(\S+) (\S+) (.+)$/.exec(args) ?? [];
  if (line === "" || Number.isNaN(delayMs(when))) return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n";
  return `+OK Added: ${schedule(core, group, delayMs(when), () => void run(core, line))}\n`;
};

/** By task id or by group, which is the channel's uuid unless sched_api names another one. */
export const unschedule: ApiCommand = (core, args) => {
  const deleted = [...core.scheduled].filter(([id, task]) => String(id) === args || task.group === args);
  for (const [id, task] of deleted) {
    clearTimeout(task.timer);
    core.scheduled.delete(id);
  }
  return `+OK Deleted: ${deleted.length}\n`;
};
