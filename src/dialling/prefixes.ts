/** Allow lists: prefixes of what may be dialled. */
import { getCountryCallingCode, parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/max";
import type { PhoneNumber } from "../freeswitch/index.js";

const INTERNATIONAL_PREFIX = /^(?:00|011)(?=[1-9]|$)/;

/**
 * Whether an E.164 number begins with one of the prefixes. A prefix is read as it is written: `+44` and `0044` are international, `020` and `1212` are the
 * beginning of a number of the organization's own country, as it is dialled there.
 */
export function allowedBy(prefixes: readonly string[], number: PhoneNumber, home: CountryCode | undefined): boolean {
  return prefixes.some((prefix) => {
    const international = prefix.replace(INTERNATIONAL_PREFIX, "+");
    return international.startsWith("+") ? number.startsWith(international) : isNational(prefix, number, home);
  });
}

function isNational(prefix: string, number: PhoneNumber, home: CountryCode | undefined): boolean {
  const withoutPlus = number.slice(1);
  if (home === undefined) return withoutPlus.startsWith(prefix);
  const parsed = parsePhoneNumberFromString(number, { extract: false });
  if (parsed?.countryCallingCode !== getCountryCallingCode(home)) return false;
  return withoutPlus.startsWith(prefix) || parsed.formatNational().replace(/[^0-9]/g, "").startsWith(prefix);
}

/** Whether the allow list holds this exact number: the only way to allow a short or special one. */
export const names = (prefixes: readonly string[], number: PhoneNumber): boolean => prefixes.includes(number);
