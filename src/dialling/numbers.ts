/** What kind of number somebody dials, as far as it decides about money. */
import { parsePhoneNumberFromString, type CountryCode, type PhoneNumber as Parsed } from "libphonenumber-js/max";

export type NumberKind = "ordinary" | "premium" | "satellite" | "emergency" | "unreadable";

/** An international number without its +: E.164 gives 15 digits at most, and fewer than 8 are somebody's short code. */
const INTERNATIONAL = /^[0-9]{8,15}$/;
const EMERGENCY: ReadonlySet<string> = new Set(["112", "911", "999"]);

/**
 * Country codes of no country (ITU-T E.164, list of assigned codes): 870 to 874 Inmarsat, 881 global mobile satellite, 882 and 883 international networks.
 * By code, since the numbers behind them have no form to be checked by.
 */
const SATELLITE = /^\+(?:87[0-4]|88[123])/;
/** 808 shared cost, 878 personal, 979 international premium rate, 888 withdrawn: billed by who answers. */
const INTERNATIONAL_PREMIUM = /^\+(?:808|878|888|979)/;
const COSTLY: ReadonlySet<string | undefined> = new Set(["PREMIUM_RATE", "SHARED_COST", "PERSONAL_NUMBER"]);
/** A trunk may ignore digits too many, and complete some too few. */
const MAX_CUT = 6;
const PADDING = ["2", "22", "222"];

/** A number's forms in E.164, most likely first; `country` is where the organization is at home (undefined: unknown). */
export function internationalForms(number: string, country: CountryCode | undefined): readonly string[] {
  if (number.startsWith("+")) return [number];
  if (!/^[0-9]+$/.test(number)) return [];
  const forms: string[] = [];
  const behindPrefix = /^(?:00|011)([1-9][0-9]{6,14})$/.exec(number)?.[1];
  if (behindPrefix !== undefined) forms.push(`+${behindPrefix}`);
  if (INTERNATIONAL.test(number)) forms.push(`+${number}`);
  const national = country === undefined ? undefined : parsePhoneNumberFromString(number, country);
  if (national?.isPossible() === true) forms.push(national.number);
  return [...new Set(forms)];
}

/** The country of an E.164 number, undefined when it tells none. */
export const countryOf = (number: string | null): CountryCode | undefined => (number === null ? undefined : parsePhoneNumberFromString(number)?.country);

export const isEmergency = (number: string): boolean => EMERGENCY.has(number);

/** Of all that the number may mean to the trunk, the dearest. `unreadable`: it cannot be told from a dear one. */
export function kindOf(number: string, country: CountryCode | undefined): NumberKind {
  if (isEmergency(number)) return "emergency";
  const kinds = internationalForms(number, country).map(kindOfInternational);
  if (kinds.includes("satellite")) return "satellite";
  if (kinds.includes("premium")) return "premium";
  return kinds.includes("ordinary") ? "ordinary" : "unreadable";
}

function kindOfInternational(number: string): NumberKind {
  if (SATELLITE.test(number)) return "satellite";
  if (INTERNATIONAL_PREMIUM.test(number)) return "premium";
  const parsed = parsePhoneNumberFromString(number);
  if (parsed === undefined) return "unreadable";
  return isCostly(parsed) || isNearlyCostly(parsed) ? "premium" : "ordinary";
}

const isCostly = (parsed: Parsed | undefined): boolean => COSTLY.has(parsed?.getType());

/** Metadata knows whole numbers alone, so one that is none is looked at shortened and lengthened too. */
function isNearlyCostly(parsed: Parsed): boolean {
  if (parsed.isValid()) return false;
  const { number } = parsed;
  for (let cut = 1; cut <= MAX_CUT && number.length - cut > 8; cut++) if (isCostly(parsePhoneNumberFromString(number.slice(0, -cut)))) return true;
  return PADDING.some((digits) => isCostly(parsePhoneNumberFromString(number + digits)));
}
