import { describe, expect, it } from "vitest";
import { internationalForms, kindOf } from "../../src/dialling/numbers.js";

type Row = readonly [number: string, what: string, country?: "DE" | "GB" | "US" | "FR" | undefined];

const PREMIUM: readonly Row[] = [
  ["+19005551212", "US premium"], ["19005551212", "the same without its plus"], ["0019005551212", "behind 00"], ["01119005551212", "behind 011"], ["9005551212", "as Americans write it", "US"],
  ["+15005550001", "US personal"], ["+449091234567", "GB premium"], ["09091234567", "as the British write it", "GB"], ["+448701234567", "GB shared cost"], ["+447012345678", "GB personal"],
  ["+499001234567", "DE premium"], ["09001234567", "as Germans write it", "DE"], ["+491805123456", "DE shared cost"], ["+33899123456", "FR premium"], ["0899123456", "as the French write it", "FR"],
  ["+41900123456", "CH premium"], ["+34803123456", "ES premium"], ["+611900123456", "AU premium"], ["+81990512345", "JP premium"],
  ["+97912345678", "international premium rate"], ["+8081234567", "international shared cost"], ["+8787812345678", "universal personal"], ["+8881234567", "a withdrawn code"],
];
const PADDED: readonly Row[] = [["+1900555121299", "digits too many"], ["+190055512121234", "four of them"], ["+4490912345671", "one"], ["+49900123456", "a digit too few"], ["00499001234567999", "digits too many behind 00"]];
const SATELLITE: readonly Row[] = [["+870773112345", "Inmarsat"], ["870773112345", "without its plus"], ["+871312345678", "old Inmarsat"], ["+881612345678", "Iridium"], ["00881612345678", "behind 00"], ["+882161234567", "an international network"], ["+883510012345", "another"]];
const ORDINARY: readonly Row[] = [
  ["+12125551234", "US"], ["+15557654321", "a number that nobody has"], ["+447911123456", "GB mobile"], ["+442079460000", "GB"], ["+493012345678", "DE"], ["03012345678", "as Germans write it", "DE"],
  ["+33612345678", "FR mobile"], ["+80012345678", "international freephone"], ["+18005551234", "US freephone"], ["+3906123456", "IT"], ["+81312345678", "JP"],
];
const UNREADABLE: readonly Row[] = [["*72", "a feature code"], ["#1", "another"], ["118118", "a short code"], ["0900123", "national digits of an unknown country"], ["1555*4412345678", "digits with a star"]];

const rows = (list: readonly Row[]) => list.map(([number, what, country]) => ({ number, what, country }));

describe("the kind of a number", () => {
  it.each(rows(PREMIUM))("$number is dear ($what)", ({ number, country }) => expect(kindOf(number, country)).toBe("premium"));
  it.each(rows(PADDED))("$number is dear though it is no whole number ($what)", ({ number }) => expect(kindOf(number, undefined)).toBe("premium"));
  it.each(rows(SATELLITE))("$number is satellite ($what)", ({ number }) => expect(kindOf(number, undefined)).toBe("satellite"));
  it.each(rows(ORDINARY))("$number is ordinary ($what)", ({ number, country }) => expect(kindOf(number, country)).toBe("ordinary"));
  it.each(rows(UNREADABLE))("$number cannot be told ($what)", ({ number }) => expect(kindOf(number, undefined)).toBe("unreadable"));
  it.each(["112", "911", "999"])("%s is an emergency", (number) => expect(kindOf(number, "DE")).toBe("emergency"));

  it("is the dearest of what the digits may mean to the trunk", () => {
    // +90 0.. in Turkey, 0900… in Germany.
    expect(internationalForms("09001234567", "DE")).toEqual(["+09001234567", "+499001234567"]);
    expect(kindOf("09001234567", "DE")).toBe("premium");
  });
});
