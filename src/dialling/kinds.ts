/** Whether an E.164 number is ordinary, or of a kind that costs much. */
import { parsePhoneNumberFromString, type NumberType } from "libphonenumber-js/max";
import type { PhoneNumber } from "../freeswitch/index.js";

export type NumberKind = "ordinary" | "premium" | "satellite";

/**
 * Country codes of no country (ITU-T E.164, list of assigned codes): 870 to 874 Inmarsat, 881 global mobile satellite, 882 and 883 international networks.
 * By code, since the numbers behind them have no form to be checked by.
 */
const SATELLITE = /^\+(?:87[0-4]|88[123])/;
/** 808 shared cost, 878 personal, 979 international premium rate, 888 withdrawn. */
const INTERNATIONAL_PREMIUM = /^\+(?:808|878|888|979)/;
const COSTLY: ReadonlySet<NumberType> = new Set<NumberType>(["PREMIUM_RATE", "SHARED_COST", "PERSONAL_NUMBER", "UAN", "PAGER", "VOICEMAIL"]);

/** The dearest kind among these numbers and what a trunk may make of them. */
export function kindOf(...numbers: readonly PhoneNumber[]): NumberKind {
  const kinds = numbers.flatMap(kindsOf);
  return kinds.find((kind) => kind === "satellite") ?? kinds.find((kind) => kind === "premium") ?? "ordinary";
}

function kindOfReading(number: string, type: NumberType): NumberKind {
  if (SATELLITE.test(number)) return "satellite";
  return INTERNATIONAL_PREMIUM.test(number) || COSTLY.has(type) ? "premium" : "ordinary";
}

/** The kinds of the number itself; of it without zeros behind the country code, which a trunk may drop as the national prefix; and without a doubled country code. */
function kindsOf(number: PhoneNumber): readonly NumberKind[] {
  const parsed = parse(number);
  if (parsed === undefined) return [kindOfReading(number, undefined)];
  const code = parsed.countryCallingCode;
  const national = number.slice(code.length + 1);
  const others = [...(national.startsWith("0") ? [`+${code}${national.replace(/^0+/, "")}`] : []), ...(national.startsWith(code) ? [`+${national}`] : [])];
  return [kindOfReading(number, parsed.getType()), ...others.map((other) => kindOfReading(other, parse(other)?.getType()))];
}

const parse = (number: string) => parsePhoneNumberFromString(number, { extract: false });
