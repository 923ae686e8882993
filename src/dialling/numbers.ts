/** Reads a phone number, however it is written, as the one string by which it is judged, stored, shown and dialled. */
import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/max";
import { isNumberText, isPhoneNumber, type NumberText, type PhoneNumber } from "../freeswitch/words.js";

const SEPARATORS = /^tel:|[() .\/\-\u00A0\u2007\u2009\u200E\u200F\u2010-\u2015\u202A-\u202F\u2066-\u2069\u2212]/giu;
const DIGITS = /^\+?[0-9]{1,32}$/;
/** The prefixes of an international call in most countries, and in North America. */
const INTERNATIONAL_PREFIX = /^(?:00|011)(?=[1-9])/;
/** A whole international number without its plus. */
const WITHOUT_PLUS = /^[1-9][0-9]{7,14}$/;
/** Neither a whole number nor so short that it could be a prefix alone: `118118`, `+44118118`. */
const SHORT = /^(?:[0-9]{2,6}|\+[1-9][0-9]{4,14})$/;

/** The digits that were written, with a `+` before them if there was one; null when there is anything else, such as `*` and `#`, an extension or a second `+`. */
export function digitsOf(text: NumberText): string | null {
  const digits = text.replace(SEPARATORS, "");
  return DIGITS.test(digits) ? digits : null;
}

/**
 * The number in E.164, or null for what is no valid number. Without a `+` it is read as one dials in `home`; if that gives none, behind 00 or 011 or
 * without its plus.
 */
export function readDigits(digits: string, home: CountryCode | undefined): PhoneNumber | null {
  if (digits.startsWith("+")) return valid(digits);
  const atHome = home === undefined ? null : valid(digits, home);
  if (atHome !== null) return atHome;
  if (INTERNATIONAL_PREFIX.test(digits)) return valid(digits.replace(INTERNATIONAL_PREFIX, "+"));
  return WITHOUT_PLUS.test(digits) ? valid(`+${digits}`) : null;
}

/** Only what is read again as itself: the judgement is of the string that is dialled, and of nothing else. */
function valid(digits: string, home?: CountryCode): PhoneNumber | null {
  const number = parsePhoneNumberFromString(digits, home === undefined ? { extract: false } : { defaultCountry: home, extract: false })?.number;
  if (number === undefined || !isPhoneNumber(number)) return null;
  const again = parsePhoneNumberFromString(number, { extract: false });
  return again?.number === number && again.isValid() ? number : null;
}

/** As readDigits, of whatever somebody wrote; null also for what is no phone number's text. */
export function readNumber(written: string, home: CountryCode | undefined): PhoneNumber | null {
  const digits = isNumberText(written) ? digitsOf(written) : null;
  return digits === null ? null : readDigits(digits, home);
}

/** A short number, an emergency number among them, which only an allow list that names it can allow; null for what is none. */
export const shortNumber = (digits: string): PhoneNumber | null => (SHORT.test(digits) && isPhoneNumber(digits) ? digits : null);
