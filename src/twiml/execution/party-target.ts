/** Whom the nouns of Dial stand for. */
import { invalid } from "../../errors.js";
import { PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { PartyNoun } from "../verbs/dial.js";
import type { ClientNoun } from "../nouns/client.js";
import type { SipNoun } from "../nouns/sip.js";
import type { PartyTarget } from "./party-call.js";

/** Throws InvalidParameter for whom nobody can call. */
export function partyTarget(run: Run, noun: PartyNoun): PartyTarget {
  switch (noun.noun) {
    case "Number":
      return { target: { number: noun.number }, to: noun.number, variables: {} };
    case "Client":
      return { target: { client: noun.identity }, to: `client:${noun.identity}`, variables: headers(run, noun, noun.parameters.map(({ name, value }) => ({ name: `X-Parameter-${name}`, value }))) };
    case "Sip":
      return sipTarget(run, noun);
  }
}

/**
 * A SIP address of the organization's own domain is that extension, on all its contacts. Others are refused: what goes to the outside is checked as a number, and nobody
 * could say of a foreign host what it costs.
 */
function sipTarget(run: Run, noun: SipNoun): PartyTarget {
  const [, user = "", host = ""] = /^sips?:([^@;]+)@([^;:]+)/i.exec(noun.uri) ?? [];
  const domain = run.parts.directory.organization(run.call.account.organizationId)?.domain;
  if (domain === undefined || host.toLowerCase() !== domain.toLowerCase()) throw invalid("Sip", "is no address of the organization's domain: others are not called from here.");
  return { target: { client: decoded(user) }, to: noun.uri, variables: { ...headers(run, noun, noun.headers), ...credentials(run, noun) } };
}

/** No colon: mod_sofia gives them to the SIP stack as one text, divided by colons (sofia_reg.c, sofia_reg_handle_sip_r_challenge). */
const isCredential = (value: string | null): value is string => value !== null && /^[\x20-\x7e]{1,128}$/.test(value) && !/[{}'"\\$^:]/.test(value);

/** With what FreeSWITCH answers a phone that asks for credentials (401, 407). They are not told anywhere: a warning names the attributes alone. */
function credentials(run: Run, { noun, line, username, password }: SipNoun): Readonly<Record<string, string>> {
  if (username === null && password === null) return {};
  if (isCredential(username) && isCredential(password)) return { sip_auth_username: username, sip_auth_password: password };
  run.warn(PROGRAM_CODES.schemaWarning, "username and password cannot be used, so they are left out: both are needed, in printable ASCII without braces, quotes, backslashes, colons, $ and ^.", { element: noun, line });
  return {};
}

/** Throws InvalidParameter for what is badly escaped. */
function decoded(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    throw invalid("Sip", "is no SIP address.");
  }
}

/** SIP headers of the INVITE (mod_sofia: variables `sip_h_…`). What FreeSWITCH's variables cannot carry is left out with a warning. */
function headers(run: Run, noun: ClientNoun | SipNoun, wanted: readonly { readonly name: string; readonly value: string }[]): Readonly<Record<string, string>> {
  const fit = wanted.filter(({ name, value }) => /^X-[A-Za-z0-9-]{1,100}$/i.test(name) && /^[\x20-\x7e]*$/.test(value) && !/[{}'"\\$^]|:_:/.test(value));
  if (fit.length < wanted.length) run.warn(PROGRAM_CODES.schemaWarning, "Some of its headers or parameters cannot be sent, so they are left out: names are letters, digits and -, values printable ASCII.", { element: noun.noun, line: noun.line });
  return Object.fromEntries(fit.map(({ name, value }) => [`sip_h_${name}`, value]));
}
