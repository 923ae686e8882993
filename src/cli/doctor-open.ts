/** Whether an installation is open to people who should not use it, by the configuration that FreeSWITCH has read. */
import { CallplaneError } from "../errors.js";
import { commands, readXml, type XmlNode } from "../freeswitch/index.js";
import { accessLists } from "./doctor-acl.js";
import { failed, type Check } from "./doctor-check.js";
import { checkDialplan } from "./doctor-dialplan.js";
import type { Ask } from "./doctor-node.js";
import { checkDirectory, checkEventSocket } from "./doctor-passwords.js";
import { checkProfiles } from "./doctor-profiles.js";
import { checkRegistrations } from "./doctor-registrations.js";
import { checkVariables, globalVariable } from "./doctor-variables.js";

/** What `xml_locate` replies. Null: missing or unreadable. */
export function located(reply: string): XmlNode | null {
  if (!reply.startsWith("<")) return null;
  try {
    return readXml(reply);
  } catch (error) {
    if (error instanceof CallplaneError) return null;
    throw error;
  }
}

/** Rejects when the node stops answering. */
export async function checkOpenness(node: string, ask: Ask): Promise<readonly Check[]> {
  const configuration = async (name: "acl.conf" | "event_socket.conf" | "sofia.conf"): Promise<XmlNode | null> => located(await ask(commands.xmlConfiguration(name)));
  const unread = (what: string): Check => failed(node, `configuration ${what}`, "FreeSWITCH does not show it, so it is unknown whether it is open", `Does "xml_locate" give it in fs_cli? Look for errors of its XML in FreeSWITCH's log.`);
  const acl = await configuration("acl.conf");
  const lists = accessLists(acl);
  const sofia = await configuration("sofia.conf");
  const socket = await configuration("event_socket.conf");
  const root = located(await ask(commands.xmlRoot()));
  const transfers = await globalVariable(ask, "force_transfer_context");
  return [
    ...(acl === null ? [unread("acl.conf")] : []),
    ...(sofia === null ? [unread("sofia.conf")] : checkProfiles(node, sofia, lists)),
    ...(socket === null ? [unread("event_socket.conf")] : checkEventSocket(node, socket, lists)),
    ...(root === null ? [unread("of its own files")] : [...checkDirectory(node, root.children.find(({ attributes }) => attributes["name"] === "directory")), ...checkDialplan(node, { root, sofia, transfers })]),
    ...(root === null || sofia === null ? [] : checkRegistrations(node, root, sofia)),
    ...(await checkVariables(node, ask)),
  ];
}
