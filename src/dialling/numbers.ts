/** Reads a phone number, however it is written, as the one string that is checked, stored, shown and dialled. */
import { getCountryCallingCode, parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/max";
import { isNumberText, isPhoneNumber, type NumberText, type PhoneNumber } from "../freeswitch/index.js";

const SEPARATORS = /^tel:|[() ./\-\u00A0\u00AD\u2000-\u200F\u2010-\u2015\u202A-\u202F\u2043\u205F-\u2064\u2066-\u2069\u2212\u3000\uFE58\uFE63\uFEFF\uFF0D]/giu;
const DIGITS = /^\+?[0-9]{1,32}$/;
/** The prefixes of an international call in most countries, and in North America, also behind zeros that reach an outside line. */
const INTERNATIONAL_PREFIXES = ["011", "00", "000", "0011", "00011"] as const;
/** A whole international number without its plus. */
const WITHOUT_PLUS = /^[1-9][0-9]{7,14}$/;

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
  return firstValid([...behindPrefix(digits), ...(WITHOUT_PLUS.test(digits) ? [digits] : [])]);
}

/** What stands behind 00, 011 and the like, most usual first. */
const behindPrefix = (digits: string): readonly string[] => INTERNATIONAL_PREFIXES.filter((prefix) => digits.startsWith(prefix)).map((prefix) => digits.slice(prefix.length)).filter((rest) => /^[1-9]/.test(rest));

const firstValid = (candidates: readonly string[]): PhoneNumber | null => candidates.map((each) => valid(`+${each}`)).find((each) => each !== null) ?? null;

/**
 * The numbers abroad that digits behind 00 or 011 may mean, with or without zeros behind the country code. Where another prefix is used, the same digits may be
 * a number at home (`011 39…` in Turin); a user who meant the number abroad must not get past the rules.
 */
export const abroad = (digits: string): readonly PhoneNumber[] =>
  behindPrefix(digits)
    .flatMap((rest) => [rest, ...withoutZeros(rest)])
    .map((each) => valid(`+${each}`))
    .filter((each) => each !== null);

/** A country code has one to three digits. */
const withoutZeros = (rest: string): readonly string[] => [1, 2, 3].filter((length) => rest[length] === "0").map((length) => rest.slice(0, length) + rest.slice(length).replace(/^0+/, ""));

/** Only a number that is read again as itself, so that the checked string is the dialled string. */
function valid(digits: string, home?: CountryCode): PhoneNumber | null {
  const read = parsePhoneNumberFromString(digits, home === undefined ? { extract: false } : { defaultCountry: home, extract: false });
  if (read === undefined || !isPhoneNumber(read.number)) return null;
  const again = read.number === digits ? read : parsePhoneNumberFromString(read.number, { extract: false });
  return again?.number === read.number && again.isValid() ? read.number : null;
}

/** A shorter number without a plus may be an extension. */
const WHOLE_LENGTH = 10;

/** As readDigits, of a number of a range that the metadata does not know (a new or a fictional one), but of a possible length. */
export function readPossible(digits: string, home: CountryCode | undefined): PhoneNumber | null {
  if (digits.startsWith("+")) return possible(digits);
  if (digits.length < WHOLE_LENGTH) return null;
  const abroad = [...behindPrefix(digits), ...(WITHOUT_PLUS.test(digits) ? [digits] : [])].map((each) => possible(`+${each}`));
  return [home === undefined ? null : possible(digits, home), ...abroad].find((each) => each !== null) ?? null;
}

function possible(digits: string, home?: CountryCode): PhoneNumber | null {
  const read = parsePhoneNumberFromString(digits, home === undefined ? { extract: false } : { defaultCountry: home, extract: false });
  return read?.isPossible() === true && isPhoneNumber(read.number) ? read.number : null;
}

/** What a number is called in views, records, filters and lines, whether or not it may be dialled; null for what is no number, and for an extension. */
export function canonicalNumber(written: string, home: CountryCode | undefined): PhoneNumber | null {
  const digits = isNumberText(written) ? digitsOf(written) : null;
  return digits === null ? null : (readDigits(digits, home) ?? readPossible(digits, home));
}

/** As readDigits, of any text; null also for a text that is no phone number. */
export function readNumber(written: string, home: CountryCode | undefined): PhoneNumber | null {
  const digits = isNumberText(written) ? digitsOf(written) : null;
  return digits === null ? null : readDigits(digits, home);
}

/** A number in E.164 as people at `home` write it; anything else as it is. */
export function spaced(number: string, home: CountryCode | undefined): string {
  if (!number.startsWith("+")) return number;
  const read = parsePhoneNumberFromString(number, { extract: false });
  if (read === undefined) return number;
  const atHome = read.country === undefined ? home !== undefined && read.countryCallingCode === getCountryCallingCode(home) : read.country === home;
  return atHome ? read.formatNational() : read.formatInternational();
}

/** A short or special number (`112`, `118118`, `+44118118`), which only an allow list that names it allows; null for anything else. */
export const shortNumber = (digits: string): PhoneNumber | null => (isPhoneNumber(digits) ? digits : null);

/** A leading 0 begins a longer number, so a trunk may give a dial tone; emergency numbers excepted. */
export const isBeginning = (number: PhoneNumber): boolean => number.startsWith("0");
