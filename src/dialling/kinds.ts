/** What kind of number an E.164 number is, as far as it decides about money. */
import { parsePhoneNumberFromString, type NumberType } from "libphonenumber-js/max";
import type { PhoneNumber } from "../freeswitch/words.js";

export type NumberKind = "ordinary" | "premium" | "satellite";

/**
 * Country codes of no country (ITU-T E.164, list of assigned codes): 870 to 874 Inmarsat, 881 global mobile satellite, 882 and 883 international networks.
 * By code, since the numbers behind them have no form to be checked by.
 */
const SATELLITE = /^\+(?:87[0-4]|88[123])/;
/** 808 shared cost, 878 personal, 979 international premium rate, 888 withdrawn: billed by who answers. */
const INTERNATIONAL_PREMIUM = /^\+(?:808|878|888|979)/;
const COSTLY: ReadonlySet<NumberType> = new Set<NumberType>(["PREMIUM_RATE", "SHARED_COST", "PERSONAL_NUMBER", "UAN", "PAGER", "VOICEMAIL"]);

/** Of all that a trunk may make of the number, the dearest. */
export function kindOf(number: PhoneNumber): NumberKind {
  const kinds = readings(number).map(kindOfReading);
  return kinds.find((kind) => kind === "satellite") ?? kinds.find((kind) => kind === "premium") ?? "ordinary";
}

function kindOfReading(number: string): NumberKind {
  if (SATELLITE.test(number)) return "satellite";
  if (INTERNATIONAL_PREMIUM.test(number)) return "premium";
  return COSTLY.has(parsePhoneNumberFromString(number, { extract: false })?.getType()) ? "premium" : "ordinary";
}

/**
 * The number itself; without zeros behind its country code, which a trunk may take for the national prefix; and without a country code that stands there
 * twice.
 */
function readings(number: PhoneNumber): readonly string[] {
  const parsed = parsePhoneNumberFromString(number, { extract: false });
  if (parsed === undefined) return [number];
  const code = `+${parsed.countryCallingCode}`;
  const national = number.slice(code.length);
  const bare = national.replace(/^0+/, "");
  return [...new Set([number, `${code}${bare}`, ...(national.startsWith(parsed.countryCallingCode) ? [`+${national}`] : [])])];
}
