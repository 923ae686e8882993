/** Every `api` command that the simulated switch knows. */
import type { SwitchCore } from "../core/switch-core.js";
import { conferenceCommand } from "./conference.js";
import { uuidBreak, uuidBroadcast, uuidAudio, uuidDisplace, uuidRecord, uuidRecvDtmf, uuidSendDtmf } from "./media.js";
import { originateCommand } from "./originate.js";
import { schedApi, schedHangup, schedTransfer, unschedule } from "./schedule.js";
import { showCommand } from "./show.js";
import { globalGetvar, globalSetvar, moduleExists, sofiaCommand, sofiaContact, statusCommand, userExists, versionCommand } from "./system.js";
import type { ApiCommand } from "./types.js";
import { hupAll, uuidAnswer, uuidBridgeCommand, uuidHold, uuidKill, uuidPark, uuidPhoneEvent, uuidTransfer } from "./control.js";
import { uuidDump, uuidExists, uuidGetvar, uuidSetvar, uuidSetvarMulti } from "./variables.js";

const COMMANDS: ReadonlyMap<string, ApiCommand> = new Map<string, ApiCommand>([
  ["conference", conferenceCommand],
  ["echo", (_core, args) => args],
  ["global_getvar", globalGetvar],
  ["global_setvar", globalSetvar],
  ["hupall", hupAll],
  ["hostname", (core) => core.settings.hostname],
  ["module_exists", moduleExists],
  ["originate", originateCommand],
  ["reloadacl", () => "+OK acl reloaded\n"],
  ["reloadxml", () => "+OK [Success]\n"],
  ["sched_api", schedApi((core, line) => runApi(core, line))],
  ["sched_del", unschedule],
  ["sched_hangup", schedHangup],
  ["sched_transfer", schedTransfer],
  ["show", showCommand],
  ["sofia", sofiaCommand],
  ["sofia_contact", sofiaContact],
  ["status", statusCommand],
  ["user_exists", userExists],
  ["uuid_answer", uuidAnswer],
  ["uuid_audio", uuidAudio],
  ["uuid_break", uuidBreak],
  ["uuid_bridge", uuidBridgeCommand],
  ["uuid_broadcast", uuidBroadcast],
  ["uuid_displace", uuidDisplace],
  ["uuid_dump", uuidDump],
  ["uuid_exists", uuidExists],
  ["uuid_getvar", uuidGetvar],
  ["uuid_hold", uuidHold],
  ["uuid_kill", uuidKill],
  ["uuid_park", uuidPark],
  ["uuid_phone_event", uuidPhoneEvent],
  ["uuid_record", uuidRecord],
  ["uuid_recv_dtmf", uuidRecvDtmf],
  ["uuid_send_dtmf", uuidSendDtmf],
  ["uuid_setvar", uuidSetvar],
  ["uuid_setvar_multi", uuidSetvarMulti],
  ["uuid_transfer", uuidTransfer],
  ["version", versionCommand],
]);

/** Runs `name args` and gives the body of the reply, FreeSWITCH's words for an unknown command included. */
export async function runApi(core: SwitchCore, line: string): Promise<string> {
  const trimmed = line.trim();
  const space = trimmed.indexOf(" ");
  const name = space === -1 ? trimmed : trimmed.slice(0, space);
  const args = space === -1 ? "" : trimmed.slice(space + 1).trim();
  const command = COMMANDS.get(name);
  if (command === undefined) return `-ERR ${name} Command not found!\n`;
  return command(core, args);
}
