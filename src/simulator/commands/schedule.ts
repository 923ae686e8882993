/** sched_hangup and sched_transfer: things to be done to a channel later. */
import { transferSession } from "../transfer.js";
import { hangupCauseOr } from "../core/causes.js";
import type { SwitchCore } from "../core/switch-core.js";
import { separate } from "../wire/separate.js";
import type { ApiCommand } from "./types.js";

/** `+5` is in five seconds, a bare number an epoch time. */
const delayMs = (when: string): number => (when.startsWith("+") ? Number(when.slice(1)) * 1000 : Number(when) * 1000 - Date.now());

function schedule(core: SwitchCore, uuid: string, ms: number, action: () => void): string {
  const id = Math.max(0, ...core.scheduled.keys()) + 1;
  const timer = setTimeout(() => {
    core.scheduled.delete(id);
    action();
  }, Math.max(0, ms));
  core.scheduled.set(id, { uuid, timer });
  return "+OK\n";
}

export const schedHangup: ApiCommand = (core, args) => {
  const [when = "", uuid = "", cause = "ALLOTTED_TIMEOUT"] = args.split(" ");
  if (when === "" || uuid === "" || Number.isNaN(delayMs(when))) return "-USAGE: [+]<time> <uuid> [<cause>]\n";
  if (core.channel(uuid) === undefined) return "-ERR No such channel!\n";
  if (core.isSwallowed("sched_hangup")) return "+OK\n";
  return schedule(core, uuid, delayMs(when), () => core.channel(uuid)?.hangup(hangupCauseOr(cause, "ALLOTTED_TIMEOUT")));
};

export const schedTransfer: ApiCommand = (core, args) => {
  const [when = "", uuid = "", destination = "", dialplan = "", context = ""] = separate(args, " ");
  if (when === "" || uuid === "" || destination === "" || Number.isNaN(delayMs(when))) return "-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n";
  if (core.channel(uuid) === undefined) return "-ERR No such channel!\n";
  if (core.isSwallowed("sched_transfer")) return "+OK\n";
  return schedule(core, uuid, delayMs(when), () => {
    const channel = core.channel(uuid);
    if (channel?.up === true) transferSession(channel, destination, dialplan, context);
  });
};

/** By task id or by the channel's uuid. */
export const unschedule: ApiCommand = (core, args) => {
  const deleted = [...core.scheduled].filter(([id, task]) => String(id) === args || task.uuid === args);
  for (const [id, task] of deleted) {
    clearTimeout(task.timer);
    core.scheduled.delete(id);
  }
  return deleted.length === 0 ? "-ERR no reply\n" : `+OK Deleted: ${deleted.length}\n`;
};
