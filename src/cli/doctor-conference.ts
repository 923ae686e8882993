/** Whether conferences can be held: the profile that Callplane's are of, as FreeSWITCH has read it. */
import { childOf, commands, CONFERENCE_ACTIONS, paramsOf } from "../freeswitch/index.js";
import { failed, passed, type Check } from "./doctor-check.js";
import type { Ask } from "./doctor-node.js";
import { located } from "./doctor-open.js";

const PROFILE = "default";
const MEND = `Take the profile ${PROFILE} of freeswitch-conf/autoload_configs/conference.conf.xml, and run "reloadxml": conferences that begin afterwards have it.`;

/** Rejects when the node stops answering. */
export async function checkConferences(node: string, ask: Ask): Promise<readonly Check[]> {
  const conf = located(await ask(commands.xmlConfiguration("conference.conf")));
  const profile = childOf(conf ?? undefined, "profiles")?.children.find(({ name, attributes }) => name === "profile" && attributes["name"] === PROFILE);
  if (profile === undefined) return [failed(node, "conference profile", `FreeSWITCH has none of the name ${PROFILE}, so there are no conferences`, MEND)];
  const params = paramsOf(profile);
  const value = (name: string): string => params.get(name)?.at(-1) ?? "";
  const finding = (param: string, detail: string): Check => failed(node, `conference profile, ${param}`, detail, MEND);
  const findings: Check[] = [];
  // FreeSWITCH compares each to the letter (conference_utils.c, conference_utils_clear_eflags).
  const kept = value("suppress-events").split(",").filter((event) => CONFERENCE_ACTIONS.has(event));
  if (kept.length > 0) findings.push(finding("suppress-events", `${kept.join(", ")} do not reach Callplane, so what they tell is not known (talking: statusCallbackEvent="speaker")`));
  // As FreeSWITCH reads numbers (atoi); auto-energy-level counts by its half where the other is 0 (mod_conference.c, conference_new).
  const level = Number.parseInt(value("energy-level"), 10) || Math.floor((Number.parseInt(value("auto-energy-level"), 10) || 0) / 2);
  if (level <= 0) findings.push(finding("energy-level", 'is 0 or not set: any noise is told as speech (statusCallbackEvent="speaker")'));
  // Without it, whoever is below the level is not mixed (conference_loop.c).
  else if (!value("conference-flags").split("|").some((flag) => flag.toLowerCase() === "audio-always")) findings.push(finding("conference-flags", "is without audio-always: quiet speakers are not heard"));
  return findings.length > 0 ? findings : [passed(node, "conference profile", "everybody is heard, and Callplane is told who is in and who speaks")];
}
