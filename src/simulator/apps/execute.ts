/** Runs one dialplan application on a session and tells of it (switch_core_session_exec). */
import { randomUUID } from "node:crypto";
import type { Channel } from "../core/channel.js";
import type { SwitchCore } from "../core/switch-core.js";

/**
 * Resolves when the application has ended: true when the session may go on with the next one, false when there is no such
 * application (FreeSWITCH ends the call then). `applicationUuid` is the sender's Event-UUID.
 */
export async function executeApplication(core: SwitchCore, channel: Channel, app: string, data: string, applicationUuid: string = randomUUID()): Promise<boolean> {
  const application = core.applications.get(app);
  if (application === undefined) {
    channel.hangup("DESTINATION_OUT_OF_ORDER");
    return false;
  }
  const expanded = expandVariables(channel, data);
  channel.setVariable("current_application", app);
  channel.setVariable("current_application_data", expanded);
  channel.setVariable("current_application_response", undefined);
  const headers: [string, string][] = [["Application", app]];
  if (expanded !== "") headers.push(["Application-Data", expanded]);
  channel.emit("CHANNEL_EXECUTE", [...headers, ["Application-UUID", applicationUuid]]);
  await application(core, channel, expanded);
  channel.emit("CHANNEL_EXECUTE_COMPLETE", [
    ...headers,
    ["Application-Response", channel.variable("current_application_response") ?? "_none_"],
    ["Application-UUID", applicationUuid],
  ]);
  channel.setVariable("last_app", app);
  channel.setVariable("last_arg", expanded);
  return true;
}

/** `${name}` becomes the variable's value, and `${cond(a == b ? c : d)}` what that API command answers (mod_commands). */
function expandVariables(channel: Channel, text: string): string {
  const expanded = text.replace(/\$\{([^${}]+)\}/g, (_, name: string) => {
    const [, a, b, then, otherwise] = /^cond\((\S+) == (\S+) \? (\S+) : (\S+)\)$/.exec(name) ?? [];
    return (a === undefined ? channel.variable(name) : a === b ? then : otherwise) ?? "";
  });
  return expanded === text ? text : expandVariables(channel, expanded);
}
