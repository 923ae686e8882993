/** The country of an organization, in which its numbers are read. */
import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/max";

/** ISO 3166-1 alpha-2 in upper case, as far as it has phone numbers. */
export const isCountry = (value: string): value is CountryCode => isSupportedCountry(value);

/** The country of an E.164 number; undefined when it has none. */
const countryOf = (number: string | null | undefined): CountryCode | undefined => (number == null ? undefined : parsePhoneNumberFromString(number, { extract: false })?.country);

/** ISO 3166-1 alpha-2; null: an E.164 number whose country is not known, such as +1 555 0100. */
export const countryOfNumber = (number: string): string | null => countryOf(number) ?? null;

/** What an organization's country follows from. */
export interface HomeFacts {
  /** Its setting. */
  readonly country: string | null;
  readonly callerId: string | null;
  /** The oldest of its lines, E.164. */
  readonly firstLine: string | null | undefined;
}

/** The setting; without one the country of its caller id, else of its first line. Undefined: not known. */
export function homeCountry({ country, callerId, firstLine }: HomeFacts): CountryCode | undefined {
  if (country !== null && isCountry(country)) return country;
  return countryOf(callerId) ?? countryOf(firstLine);
}
