/** Whether a SIP request claims to be from the user it authenticates as: FreeSWITCH compares the user names of a REGISTER and nothing else (sofia_reg.c, sofia_reg_parse_auth). */
import type { SwitchRequest } from "./request.js";

/**
 * False for a REGISTER whose From or To is not the user of the credentials, for a MESSAGE (unused here, and a To of the form `sip+1001+other.example` would reach
 * other domains), and for any other request but INVITE whose From is not that user or whose To is in another domain. The headers of an INVITE do not matter: whose call
 * it is comes from the directory's variables. While Callplane does not answer, `freeswitch-conf/scripts/proven-identity.lua` applies the same rules.
 */
export function isProven(request: SwitchRequest): boolean {
  const word = (name: string): string => (request.get(name) ?? "").toLowerCase();
  const address = (user: string, host: string): string => `${word(user)}@${word(host)}`;
  const method = request.get("sip_auth_method");
  if (method === "INVITE") return true;
  if (method === "MESSAGE") return false;
  const proven = address("sip_auth_username", "sip_auth_realm");
  if (address("sip_from_user", "sip_from_host") !== proven) return false;
  return method === "REGISTER" ? address("sip_to_user", "sip_to_host") === proven : word("sip_to_host") === word("sip_auth_realm");
}
