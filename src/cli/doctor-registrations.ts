/** Whether FreeSWITCH's list of registrations shows every phone of a user, where a profile takes several. */
import { childOf, paramsOf, within, type XmlNode } from "../freeswitch/index.js";
import { failed, passed, type Check } from "./doctor-check.js";

const PARAMETER = "multiple-registrations";
// As FreeSWITCH reads them (sofia.c, switch_core.c).
const SEVERAL = /^(?:contact|call-id|yes|on|true|t|enabled|active|allow|[1-9][0-9]*)$/i;

const isSeveral = (settings: XmlNode | undefined): boolean => SEVERAL.test(paramsOf(settings).get(PARAMETER)?.at(-1) ?? "");

/** No check where a user has one phone. */
export function checkRegistrations(node: string, root: XmlNode, sofia: XmlNode): readonly Check[] {
  const profiles = [...within(sofia, "profile")].filter((profile) => isSeveral(childOf(profile, "settings"))).map(({ attributes }) => attributes["name"] ?? "");
  if (profiles.length === 0) return [];
  const core = [...within(root, "configuration")].find(({ attributes }) => attributes["name"] === "switch.conf");
  const check = "several phones of a user";
  if (core !== undefined && isSeveral(childOf(core, "settings"))) return [passed(node, check, "each is in FreeSWITCH's list of registrations")];
  return [failed(node, check, `the profile ${profiles.join(", ")} takes them, and the core lists the last one alone: Callplane takes the others for phones that are gone, also during their calls`, `Set <param name="${PARAMETER}" value="true"/> in switch.conf.xml, too, and restart FreeSWITCH.`)];
}
