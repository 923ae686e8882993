/** No way of writing a costly number is dialled where the number itself is refused: every country, every costly type of the metadata. */
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import metadata from "libphonenumber-js/metadata.max.json" with { type: "json" };
import { describe, expect, it } from "vitest";
import { Dialling } from "../../src/dialling/index.js";
import { CallplaneError } from "../../src/errors.js";
import { numberText } from "../../src/freeswitch/words.js";
import { Random } from "../faults/random.js";
import { sample } from "./pattern-sampler.js";
import { organizationRecord } from "../support/records.js";

/** Where a numbering plan keeps a type's pattern (libphonenumber-js, source/metadata.js). */
const TYPES = { PREMIUM_RATE: 3, PERSONAL_NUMBER: 4, VOICEMAIL: 5, UAN: 6, PAGER: 7, SHARED_COST: 9 } as const;
const EVERY_TYPE = Array.from({ length: 10 }, (_, index) => index);
const TYPES_AT = 11;
const SATELLITE = ["870", "881", "882", "883"];
const SAMPLES = 1;
const HOMES = ["US", "DE", "GB", "IT", "JP", "BR", "AU", null] as const;

interface Costly {
  readonly country: string;
  readonly code: string;
  readonly national: string;
  readonly what: string;
}

type Plan = readonly unknown[];
const list = (value: unknown): Plan => (Array.isArray(value) ? (value as Plan) : []);

function costlyNumbers(random: Random): Costly[] {
  const plans: [country: string, plan: Plan, types: readonly (readonly [string, number])[]][] = [
    ...Object.entries(metadata.countries).map(([country, plan]): [string, Plan, readonly (readonly [string, number])[]] => [country, list(plan), Object.entries(TYPES)]),
    ...Object.entries(metadata.nonGeographic).map(([code, plan]): [string, Plan, readonly (readonly [string, number])[]] => [code, list(plan), SATELLITE.includes(code) ? EVERY_TYPE.map((index) => ["satellite", index] as const) : Object.entries(TYPES)]),
  ];
  return plans.flatMap(([country, plan, types]) => {
    const code = String(plan[0]);
    return types.flatMap(([what, index]) => {
      const pattern = list(list(plan[TYPES_AT])[index])[0];
      if (typeof pattern !== "string") return [];
      return Array.from({ length: SAMPLES }, () => ({ country, code, national: sample(pattern, random), what }));
    });
  });
}

/**
 * Ways to write the number, or nearly. Not among them: other digits, which make another number, and the digits without `+` or an international prefix where
 * the organization is at home in another country, since they are a number of that country there (`039 841958` is in Monza, not +39 841958).
 */
function mutations({ code, national, country }: Costly, home: string | null, random: Random): string[] {
  const digits = `${code}${national}`;
  const insert = (text: string): string => {
    const at = Math.floor(random.next() * (digits.length + 1));
    return `+${digits.slice(0, at)}${text}${digits.slice(at)}`;
  };
  const inUnicode = (zero: number): string => `+${[...digits].map((digit) => String.fromCodePoint(zero + Number(digit))).join("")}`;
  return [
    ...["*", "#", "-", ".", " ", "(", ")", "()", "/", "**", "+", "\u00a0", "\u200e", "\u2011", ";", ",", "w", "p"].map(insert),
    `+${code}${digits}`, `+${code} ${code} ${national}`, `+${code}0${national}`, `+${code}00${national}`, `+${code}(0)${national}`, `+${code}00${digits}`,
    `+0${digits}`, `+00${digits}`, `+011${digits}`, `++${digits}`, `00${digits}`, `000${digits}`, `00+${digits}`, `011${digits}`, `00011${digits}`, `011011${digits}`, `0000${digits}`,
    `00${code}${digits}`, `00${code}0${national}`, `011${code}0${national}`, `(+${digits})`, `tel:+${digits}`, `tel:00${digits}`, `sip:+${digits}`,
    ...(home === country ? [national, `0${national}`, `(0)${national}`] : []), ...(home === country && code === "1" ? [`1${national}`] : []), ...(home === "AU" ? [`0011${digits}`] : []), ...(home === "JP" ? [`010${digits}`] : []), ...(home === null ? [digits] : []),
    `+${digits};ext=1`, `+${digits}x1`, `+${digits}#1`, `+${digits} ext. 1`, `+${digits};phone-context=+44`, `+${digits}*`, `*${digits}`, `#31#+${digits}`, `*31*${digits}`, `+${digits},,1`,
    inUnicode(0x0660), inUnicode(0x06f0), inUnicode(0x0966), inUnicode(0xff10), `\uff0b${digits}`, `+${digits.slice(0, 3)}\u0660${digits.slice(3)}`,
  ];
}

class Dialler {
  readonly #organization = organizationRecord();
  country: string | null = null;
  readonly #policy = new Dialling({
    directory: {
      organization: () => ({ ...this.#organization, country: this.country }),
      agentRecord: () => undefined,
      ownNumbers: () => [],
      trunkOfLine: () => null,
    },
    live: { outside: () => 0, knows: () => true },
    audit: { append: () => undefined },
    metrics: { dialRefused: () => undefined },
  });

  /** What FreeSWITCH is told to dial; null when it is refused. */
  dials(written: string): string | null {
    try {
      return this.#policy.endpointFor(this.#organization, numberText(written, "to")).endpoint;
    } catch (error) {
      if (error instanceof CallplaneError) return null;
      throw error;
    }
  }
}

describe("a costly number", () => {
  const random = new Random(20_260_717);
  const numbers = costlyNumbers(random);
  const dialler = new Dialler();

  it("is refused in every country and of every type", () => {
    expect(numbers.length).toBeGreaterThan(350);
    expect(new Set(numbers.map(({ country }) => country)).size).toBeGreaterThan(165);
    // A pattern may give a number of a length that the country does not have: it is no number, and refused as such.
    expect(numbers.filter(({ code, national }) => parsePhoneNumberFromString(`+${code}${national}`)?.isValid() === true).length).toBeGreaterThan(numbers.length * 0.95);
    const dialled = numbers.filter(({ code, national }) => dialler.dials(`+${code}${national}`) !== null);
    expect(dialled).toEqual([]);
  });

  it("is not dialled however it is written", () => {
    const dialled: Record<string, string | null>[] = [];
    let tried = 0;
    for (const [index, number] of numbers.entries()) {
      const own = /^[A-Z]{2}$/.test(number.country) ? number.country : null;
      // Each is tried at home, and every third somewhere else too.
      for (const home of new Set([own, ...(index % 3 === 0 ? [HOMES[(index / 3) % HOMES.length] ?? null] : [])])) {
        dialler.country = home;
        for (const written of mutations(number, home, random)) {
          tried += 1;
          const endpoint = dialler.dials(written);
          if (endpoint !== null) dialled.push({ number: `+${number.code} ${number.national}`, what: number.what, home, written, endpoint });
        }
      }
    }
    expect(tried).toBeGreaterThan(25_000);
    expect(dialled).toEqual([]);
  });
});
