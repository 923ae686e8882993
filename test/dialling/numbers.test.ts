import { describe, expect, it } from "vitest";
import { canonicalNumber, emergencyNumbers, readNumber } from "../../src/dialling/index.js";
import { kindOf } from "../../src/dialling/kinds.js";
import { phoneNumber } from "../../src/freeswitch/words.js";

type Row = readonly [written: string, read: string | null, country?: "DE" | "GB" | "US" | "FR" | "IT" | "JP" | "AU" | "BS"];
const rows = (list: readonly Row[]) => list.map(([written, read, country]) => ({ written, read, country }));

const READ: readonly Row[] = [
  ["+12125550100", "+12125550100"], ["(212) 555-0100", "+12125550100", "US"], ["1 212 555 0100", "+12125550100", "US"], ["212.555.0100", "+12125550100", "US"], ["tel:+1-212-555-0100", "+12125550100"],
  ["0012125550100", "+12125550100", "DE"], ["0012125550100", "+12125550100", "US"], ["01112125550100", "+12125550100", "US"], ["01112125550100", "+12125550100", "DE"], ["0012125550100", "+12125550100"], ["12125550100", "+12125550100"],
  ["01012125550100", "+12125550100", "JP"], ["001112125550100", "+12125550100", "AU"],
  ["020 7946 0000", "+442079460000", "GB"], ["+44 (0)20 7946 0000", "+442079460000"], ["+4402079460000", "+442079460000"], ["0044 20 7946 0000", "+442079460000", "DE"], ["442079460000", "+442079460000"],
  ["030 1234567", "+49301234567", "DE"], ["+49 30/1234567", "+49301234567"], ["030\u20111234567", "+49301234567", "DE"], ["\u202a+49\u00a030 1234567\u202c", "+49301234567"],
  ["089 225588", "+39089225588", "IT"], ["359-1234", null, "US"], ["2423591234", "+12423591234", "US"], ["3591234", "+12423591234", "BS"], ["+80012345678", "+80012345678"],
];
const UNREAD: readonly Row[] = [
  ["+1900#5551234", null], ["+1*9005551234", null], ["*72", null], ["#31#+12125550100", null], ["+12125550100;ext=5", null], ["+12125550100 x5", null], ["+1212555010", null], ["+15557654321", null], ["+44118118", null], ["+4911833", null],
  ["118118", null, "GB"], ["11833", null, "DE"], ["112", null, "DE"], ["+", null], ["", null], ["0", null, "DE"], ["++12125550100", null], ["+1+2125550100", null], ["+\u0661\u0662125550100", null], ["\uff0b12125550100", null], ["+49301234567999999", null], ["sip:+12125550100@x", null],
];

describe("a phone number", () => {
  it.each(rows(READ))("$written is read as $read in $country", ({ written, read, country }) => expect(readNumber(written, country)).toBe(read));
  it.each(rows(UNREAD))("$written is none", ({ written, country }) => expect(readNumber(written, country)).toBeNull());
  it("that was read is read as itself everywhere", () => {
    for (const { read } of rows(READ)) if (read !== null) for (const country of ["DE", "US", "IT", "JP", undefined] as const) expect(readNumber(read, country)).toBe(read);
  });
});

describe("what a number is called", () => {
  const called = (written: string, country?: "DE" | "US"): string | null => canonicalNumber(written, country);
  it("is E.164 for a range that the metadata does not know", () => {
    for (const written of ["+15557654321", "15557654321", "0015557654321", "tel:+1 (555) 765-4321"]) expect(called(written)).toBe("+15557654321");
    expect([called("(555) 765-4321", "US"), called("5557654321")]).not.toContain(null);
    expect(called("(555) 765-4321", "US")).toBe("+15557654321");
  });
  it("is nothing for an extension, a code and what has no possible length", () => {
    for (const written of ["1001", "5551234", "*72", "112", "+1555", "+155576543210000", "anonymous", ""]) for (const country of ["US", undefined] as const) expect(called(written, country), written).toBeNull();
  });
  it("is the number that may be dialled where there is one", () => {
    for (const { written, read, country } of rows(READ)) if (country === "DE" || country === "US") expect(called(written, country)).toBe(read ?? called(written, country));
  });
});

const PREMIUM = [
  "+19005551212", "+15005550001", "+449091234567", "+448701234567", "+447012345678", "+499001234567", "+491805123456", "+33899123456", "+41900123456", "+34803123456", "+611900123456", "+81990512345",
  "+97912345678", "+8081234567", "+8787812345678", "+8881234567", "+443001234567", "+447640123456", "+4916930123", "+390899123456",
];
const SATELLITE = ["+870773112345", "+871312345678", "+881612345678", "+882161234567", "+883510012345"];
const ORDINARY = ["+12125551234", "+447911123456", "+442079460000", "+493012345678", "+33612345678", "+80012345678", "+18005551234", "+3906123456", "+81312345678", "+18702345678"];

describe("the kind of a number", () => {
  const kinds = (list: readonly string[]): string[] => list.map((number) => `${number} ${kindOf(phoneNumber(number, "number"))}`);
  it("is premium when who answers is paid", () => expect(kinds(PREMIUM)).toEqual(PREMIUM.map((number) => `${number} premium`)));
  it("is satellite by its code", () => expect(kinds(SATELLITE)).toEqual(SATELLITE.map((number) => `${number} satellite`)));
  it("is ordinary else", () => expect(kinds(ORDINARY)).toEqual(ORDINARY.map((number) => `${number} ordinary`)));
});

describe("the emergency numbers", () => {
  const of = (country: "DE" | "GB" | "AU" | "JP" | undefined, chosen: readonly string[] | null = null): string[] => [...emergencyNumbers(country, chosen)].sort();
  it("are the country's", () => {
    expect(of("DE")).toEqual(["110", "112", "911"]);
    expect(of("GB")).toEqual(["112", "911", "999"]);
    expect(of("AU")).toEqual(["000", "106", "112", "911"]);
    expect(of("JP")).toEqual(["110", "112", "119", "911"]);
  });
  it("are the usual ones where the country is not known", () => expect(of(undefined)).toEqual(["000", "110", "112", "119", "911", "999"]));
  it("are those that the organization has chosen, and 112 and 911", () => expect(of("DE", ["115"])).toEqual(["112", "115", "911"]));
});
