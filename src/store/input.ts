/** Validates values before they are stored, so that what is read from the database is valid. */
import { IANAZone } from "luxon";
import { invalid } from "../errors.js";
import { isCountry } from "../dialling/index.js";
import { callerId, domainName, type DomainName, extension, queueName } from "../freeswitch/index.js";

/** The gateway of freeswitch-conf (CONTRACT §1). */
export const DEFAULT_DIAL_STRING = "sofia/gateway/trunk/{number}";

/** A validator that throws InvalidParameter for anything but a match. */
const matching =
  (pattern: RegExp, fault: string, name: string) =>
  (value: string, parameter = name): string => {
    if (!pattern.test(value)) throw invalid(parameter, fault);
    return value;
  };

/** The same for lists, which lose their duplicates. */
const eachMatching =
  (pattern: RegExp, fault: string, name: string) =>
  (values: readonly string[], parameter = name): readonly string[] => {
    if (values.some((value) => !pattern.test(value))) throw invalid(parameter, fault);
    return [...new Set(values)];
  };

const ORGANIZATION_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_.-])?$/;

export const organizationName = matching(ORGANIZATION_NAME, "is not 1 to 64 letters, digits, spaces and _ . -", "name");

/** Lower case, as SIP compares domains. */
export const organizationDomain = (value: string, parameter = "domain"): DomainName => domainName(value.toLowerCase(), parameter);

export const organizationCallerId = (value: string, parameter = "callerId"): string => callerId(value, parameter);

/** Literal prefixes; `+` alone is every number in international form. */
export const allowedPrefixes = eachMatching(/^(?:\+|\+?[0-9]{1,32})$/, "holds something that is not a prefix such as +1 or 0049", "allowedPrefixes");

/** ISO 3166-1 alpha-2, in upper case. */
export function country(value: string, parameter = "country"): string {
  const code = value.toUpperCase();
  if (!isCountry(code)) throw invalid(parameter, "is not the two letters of a country, such as GB");
  return code;
}

/** Of the IANA database, in the case of the letters that it has there. */
export function timeZone(value: string, parameter = "timeZone"): string {
  // Some engines take offsets too, which know no change of the clock.
  if (!/^[A-Za-z]/.test(value) || !IANAZone.isValidZone(value)) throw invalid(parameter, "is not a time zone such as Europe/Berlin");
  const { timeZone: known } = new Intl.DateTimeFormat("en-US", { timeZone: value }).resolvedOptions();
  return known.toLowerCase() === value.toLowerCase() ? known : value;
}

export const countries = (values: readonly string[], parameter = "callbackCountries"): readonly string[] => [...new Set(values.map((value) => country(value, parameter)))].sort();

const shortNumbers = eachMatching(/^[0-9]{2,6}$/, "holds something that is not a number of 2 to 6 digits", "emergencyNumbers");
export const emergencyNumberList = (values: readonly string[]): readonly string[] => [...shortNumbers(values)].sort();

export function awayReasons(values: readonly string[], parameter = "awayReasons"): readonly string[] {
  // `wrapUp` is the system's own.
  if (values.some((value) => !ORGANIZATION_NAME.test(value) || value === "wrapUp")) throw invalid(parameter, "holds something that is not 1 to 64 letters, digits, spaces and _ . -, or is wrapUp");
  return [...new Set(values)];
}

export const departmentNames = (values: readonly string[], parameter = "departments"): readonly string[] =>
  [...new Set(values.map((value) => queueName(value, parameter)))].sort();

export const username = matching(/^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}$/, "is not 1 to 64 letters, digits and _ . @ + -", "username");

const SKILL = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

export const agentName = matching(/^[\p{L}\p{N}][\p{L}\p{N}\p{P}\p{M} ]{0,127}$/u, "is not 1 to 128 letters, digits, blanks and punctuation", "name");

/** Skills with their levels, 1 (some) to 10 (best). */
export function skillLevels(values: Readonly<Record<string, number>>, parameter = "skills"): Readonly<Record<string, number>> {
  for (const [skill, level] of Object.entries(values)) {
    if (!SKILL.test(skill)) throw invalid(parameter, "holds something that is not the name of a skill");
    wholeNumber(level, 1, 10, parameter);
  }
  return values;
}

export function wholeNumber(value: number, minimum: number, maximum: number, parameter: string): number {
  if (!Number.isInteger(value) || value < minimum || value > maximum) throw invalid(parameter, `is not a whole number from ${minimum} to ${maximum}`);
  return value;
}

/** MD5 of `user:realm:password` in hexadecimal (RFC 2617 A1), as FreeSWITCH's `a1-hash` takes it. */
export const sipA1 = matching(/^[0-9a-f]{32}$/, "is not an MD5 in hexadecimal", "a1");

/** Whether a user has an agent id and, perhaps, an extension besides. Throws InvalidParameter. */
export function agentWords(agentId: string | null | undefined, ownExtension: string | null | undefined): { readonly agentId: string; readonly extension: string | undefined } | null {
  if (agentId === null || agentId === undefined) {
    if (ownExtension !== null && ownExtension !== undefined) throw invalid("extension", "needs an agent id");
    return null;
  }
  return { agentId: extension(agentId, "agent"), extension: ownExtension === null || ownExtension === undefined ? undefined : extension(ownExtension, "extension") };
}

/** A number by which the outside reaches an organization: E.164 with its `+`. */
export const lineNumber = matching(/^\+[1-9][0-9]{6,14}$/, "is not a number in international form, such as +15551234567", "number");

/** A key of signatures (HMAC), as long as Twilio's auth tokens at least. */
export const signingToken = matching(/^[\x21-\x7e]{32,128}$/, "is not 32 to 128 letters, digits and signs without blanks", "signingToken");

// FreeSWITCH ignores a gateway whose name has anything else (sofia.c, parse_gateways).
const GATEWAY = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

export function gatewayName(value: string, parameter = "name"): string {
  // `trunk` is the one of freeswitch-conf.
  if (!GATEWAY.test(value) || value.toLowerCase() === "trunk") throw invalid(parameter, "is not 1 to 64 letters, digits and _ . -, other than trunk");
  return value;
}
