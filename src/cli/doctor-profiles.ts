/** The parameters that close FreeSWITCH's SIP profiles: a table, and its check. */
import { childOf, paramsOf, within, type XmlNode } from "../freeswitch/index.js";
import type { AccessLists } from "./doctor-acl.js";
import { failed, passed, type Check } from "./doctor-check.js";

/** `phones`: phones and browsers register there. `trunk`: calls come in from providers, without a password. */
type ProfileRole = "phones" | "trunk";

interface ProfileRule {
  readonly roles: readonly ProfileRole[];
  readonly parameter: string;
  readonly expected: boolean;
  /** FreeSWITCH's default (mod_sofia, sofia.c, config_sofia). */
  readonly unset: boolean;
  /** What is possible with the other value. */
  readonly open: string;
}

const BOTH: readonly ProfileRole[] = ["phones", "trunk"];

/** `freeswitch-conf/sip_profiles` gives the reason for each. */
const PROFILE_RULES: readonly ProfileRule[] = [
  { roles: ["phones"], parameter: "auth-calls", expected: true, unset: false, open: "whoever reaches it calls without a password" },
  { roles: BOTH, parameter: "accept-blind-reg", expected: false, unset: false, open: "whoever reaches it registers as any phone, without a password" },
  { roles: BOTH, parameter: "accept-blind-auth", expected: false, unset: false, open: "any password is taken" },
  { roles: ["phones"], parameter: "inbound-reg-force-matching-username", expected: true, unset: false, open: "a phone registers as another user than the one whose password it has" },
  { roles: ["phones"], parameter: "auth-messages", expected: true, unset: true, open: "messages are taken without a password" },
  { roles: ["phones"], parameter: "disable-auth-messages", expected: false, unset: false, open: "messages are taken without a password" },
  { roles: ["phones"], parameter: "auth-subscriptions", expected: true, unset: true, open: "subscriptions are taken without a password" },
  { roles: ["phones"], parameter: "disable-auth-subscriptions", expected: false, unset: false, open: "subscriptions are taken without a password" },
  { roles: BOTH, parameter: "manage-presence", expected: false, unset: false, open: "a subscription shows a phone's calls, and with whom, to other organizations" },
  { roles: BOTH, parameter: "channel-xml-fetch-on-nightmare-transfer", expected: true, unset: false, open: "a REFER that names another server's call makes FreeSWITCH dial any address" },
  { roles: BOTH, parameter: "inbound-use-callid-as-uuid", expected: false, unset: false, open: "whoever calls chooses the channel's uuid, and with it the names of files" },
  { roles: ["trunk"], parameter: "disable-transfer", expected: true, unset: false, open: "the party at the trunk makes the organization dial, by REFER" },
  { roles: ["trunk"], parameter: "disable-register", expected: true, unset: false, open: "phones register where calls need no password" },
  { roles: ["trunk"], parameter: "enable-chat", expected: false, unset: true, open: "messages from outside are delivered to phones" },
];

/** The parameters by which a profile lets addresses in without a password. */
const PHONE_LISTS = ["apply-inbound-acl", "apply-register-acl", "apply-proxy-acl"];

// As FreeSWITCH reads one (switch_utils.h, switch_true); a word of `manage-presence` that switches it on counts too.
const TRUE = /^(?:yes|on|true|t|enabled|active|allow|passive|pnp|[1-9][0-9]*)$/i;

const settingsOf = (profile: XmlNode): ReadonlyMap<string, readonly string[]> => paramsOf(childOf(profile, "settings"));
const isTrue = (settings: ReadonlyMap<string, readonly string[]>, parameter: string, unset: boolean): boolean => {
  const value = settings.get(parameter)?.at(-1);
  return value === undefined ? unset : TRUE.test(value);
};

/** By its name, else by its gateways: a profile with gateways that asks for no password is a trunk's. */
export function roleOf(profile: XmlNode): ProfileRole {
  const name = profile.attributes["name"] ?? "";
  if (/external|trunk|carrier|provider/i.test(name)) return "trunk";
  if (/internal|phone|agent|wss?$|webrtc/i.test(name)) return "phones";
  const gateways = childOf(profile, "gateways")?.children.length ?? 0;
  return gateways > 0 && !isTrue(settingsOf(profile), "auth-calls", false) ? "trunk" : "phones";
}

function checkProfile(node: string, profile: XmlNode, lists: AccessLists): Check[] {
  const name = profile.attributes["name"] ?? "";
  const role = roleOf(profile);
  const settings = settingsOf(profile);
  const check = (what: string): string => `SIP profile ${name}, ${what}`;
  const restart = `and run "sofia profile ${name} restart".`;
  const findings = PROFILE_RULES.filter(({ roles, parameter, expected, unset }) => roles.includes(role) && isTrue(settings, parameter, unset) !== expected).map(({ parameter, expected, open }) =>
    failed(node, check(parameter), `is ${settings.get(parameter)?.at(-1) ?? "not set"}: ${open}`, `Set <param name="${parameter}" value="${expected}"/> in the profile's settings ${restart}`),
  );
  for (const parameter of role === "trunk" ? ["apply-proxy-acl"] : PHONE_LISTS) {
    for (const value of settings.get(parameter) ?? []) {
      const open = lists.opens(value);
      if (open !== null) findings.push(failed(node, check(parameter), `the list ${value} ${open}, and who is in it needs no password`, `Take the parameter out of the profile, or name a list of known addresses ${restart}`));
    }
  }
  if (role === "trunk" && !isTrue(settings, "auth-calls", false)) {
    const values = settings.get("apply-inbound-acl") ?? [];
    // `none` cancels those before it.
    const inForce = values.slice(values.lastIndexOf("none") + 1);
    const mend = `Set <param name="apply-inbound-acl" value="trunks"/> with a list of the providers' networks (in freeswitch-conf FS_TRUNK_ACL=trunks) ${restart}`;
    if (inForce.length === 0) findings.push(failed(node, check("apply-inbound-acl"), "is not set: whoever reaches it calls phones and departments", mend));
    for (const value of inForce) {
      const open = lists.opens(value);
      if (open !== null) findings.push(failed(node, check("apply-inbound-acl"), `the list ${value} ${open}: whoever reaches it calls phones and departments`, mend));
    }
  }
  return findings.length > 0 ? findings : [passed(node, check("access"), role === "trunk" ? "closed but for the networks of its list" : "nothing without a password")];
}

/** A check for each profile that is closed, and one for each parameter that leaves one open. `sofia` is sofia.conf as FreeSWITCH has read it. */
export const checkProfiles = (node: string, sofia: XmlNode, lists: AccessLists): Check[] => [...within(sofia, "profile")].flatMap((profile) => checkProfile(node, profile, lists));
