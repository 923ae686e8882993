import { beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/audit/index.js";
import type { Organization } from "../../src/people/index.js";
import { Dialling, type Dialler } from "../../src/dialling/index.js";
import { channelUuid, numberText } from "../../src/freeswitch/words.js";
import { agentRecord, organizationRecord } from "../support/records.js";

interface Refusal {
  readonly rule: string;
  readonly target: string;
}

class World {
  rules = organizationRecord();
  own: readonly string[] = [];
  /** By the number of a line. */
  trunks: Readonly<Record<string, string>> = {};
  agentPrefixes: readonly string[] | null = null;
  live = 0;
  /** Legs that the registry has come to know. */
  readonly known = new Set<string>();
  now = 1_000_000;
  readonly audit: AuditEntry[] = [];
  readonly counted: string[] = [];
  readonly policy = new Dialling({
    directory: {
      organization: (id) => (id === 1 ? this.rules : undefined),
      agentRecord: (_id, agentId) => (agentId === "1001" ? agentRecord({ allowedPrefixes: this.agentPrefixes }) : undefined),
      ownNumbers: () => this.own,
      trunkOfLine: (id, number) => (id === 1 ? (this.trunks[number] ?? null) : null),
    },
    live: { outside: () => this.live, knows: (_id, leg) => this.known.has(leg) },
    audit: { append: (entry) => void this.audit.push(entry) },
    metrics: { dialRefused: (rule) => void this.counted.push(rule) },
    now: () => this.now,
  });

  dial(number: string, who?: Dialler, changes: Partial<Organization> = {}) {
    return this.policy.endpointFor(organizationRecord(changes), numberText(number, "to"), who);
  }

  refusals(): Refusal[] {
    return this.audit.map(({ detail, target }) => ({ rule: String(detail.rule), target }));
  }
}

let world: World;
let legs = 0;
const leg = () => channelUuid(`00000000-0000-4000-8000-${String(++legs).padStart(12, "0")}`);
beforeEach(() => (world = new World()));
const ALICE: Dialler = { name: "alice", agentId: "1001" };
const refused = (code: string): unknown => expect.objectContaining({ code });

const endpoint = (number: string): string => `sofia/gateway/trunk/${number}`;

describe("what may be dialled", () => {
  it("is nothing without a prefix", () => {
    expect(() => world.dial("+12125550100", undefined, { allowedPrefixes: [] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(world.refusals()).toEqual([{ rule: "prefix", target: "+12125550100" }]);
  });

  it.each(["+12125550100", "12125550100", "(212) 555-0100", "2125550100", "0012125550100", "01112125550100", "tel:+1-212-555-0100"])("is %s under +1212, and the one canonical string is dialled", (written) => {
    world.rules = { ...world.rules, country: "US" };
    expect(world.dial(written, undefined, { allowedPrefixes: ["+1212"] })).toMatchObject({ number: "+12125550100", endpoint: endpoint("+12125550100") });
  });
  it.each(["+442079460000", "+12015550100", "442079460000", "0012015550100", "+1212", "1212", "+1212555010", "+121255501000"])("is not %s under +1212", (written) => {
    expect(() => world.dial(written, undefined, { allowedPrefixes: ["+1212"], callerId: "+12125550100" })).toThrow(refused("NUMBER_NOT_ALLOWED"));
  });

  it("is a prefix as it is written: international behind 00 and 011, else of the organization's own country", () => {
    const allowed = (prefix: string, number: string, country: string | null): boolean => {
      world.rules = { ...world.rules, country };
      try {
        return world.dial(number, undefined, { allowedPrefixes: [prefix] }).number === number;
      } catch {
        return false;
      }
    };
    expect([allowed("0044", "+442079460000", "DE"), allowed("01144", "+442079460000", "US"), allowed("00", "+442079460000", "DE"), allowed("030", "+49301234567", "DE"), allowed("0", "+49301234567", "DE"), allowed("212", "+12125550100", "US"), allowed("1", "+12125550100", "US")]).toEqual(Array(7).fill(true));
    // 212 is New York to an American, and Morocco's code to nobody.
    expect([allowed("212", "+212612345678", "US"), allowed("0", "+442079460000", "DE"), allowed("044", "+442079460000", "DE"), allowed("44", "+442079460000", "US"), allowed("0033", "+442079460000", "GB")]).toEqual(Array(5).fill(false));
  });

  it("is what both the organization and the agent allow, when an agent dials", () => {
    world.agentPrefixes = ["+44"];
    expect(() => world.dial("+12125551234", ALICE)).toThrow(/agent's own/);
    expect(world.dial("+442079460000", ALICE).endpoint).toBe("sofia/gateway/trunk/+442079460000");
    expect(() => world.dial("+442079460000", ALICE, { allowedPrefixes: ["+1"] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(world.dial("+12125551234").endpoint).toBe("sofia/gateway/trunk/+12125551234");
    world.agentPrefixes = [];
    expect(() => world.dial("+442079460000", ALICE)).toThrow(/agent's own/);
    expect(world.refusals()).toEqual([{ rule: "agent-prefix", target: "+12125551234" }, { rule: "prefix", target: "+442079460000" }, { rule: "agent-prefix", target: "+442079460000" }]);
  });

  it.each([["+19005551212", "premium"], ["+881612345678", "satellite"]])("is not %s, which is %s, until the organization has it on", (number, rule) => {
    expect(() => world.dial(number)).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(world.refusals()).toEqual([{ rule, target: number }]);
    expect(world.counted).toEqual([rule]);
    world.rules = { ...world.rules, premiumAllowed: true };
    expect(world.dial(number).endpoint).toBe(endpoint(number));
  });

  it.each(["+15557654321", "15557654321", "0015557654321"])("is %s, of a range that nobody knows, where the list has that very number", (written) => {
    expect(world.dial(written, undefined, { allowedPrefixes: ["+15557654321"] })).toMatchObject({ number: "+15557654321", endpoint: endpoint("+15557654321") });
    expect(() => world.dial(written, undefined, { allowedPrefixes: ["+1555"] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
  });

  it.each(["*72", "#31#+12125550100", "+1900#5551234", "+15557654321", "+1", "118118", "+44118118", "+4911833", "00", "011", "0"])("is never %s, which is no valid number, premium on or off", (written) => {
    world.rules = { ...world.rules, premiumAllowed: true, country: "GB" };
    expect(() => world.dial(written, undefined, { allowedPrefixes: ["+", "*", "1", "#", "+44", "+49", "00", "011", "0"] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(world.refusals()).toEqual([{ rule: "unreadable", target: written }]);
  });

  it.each([["118118", "118 118"], ["+44118118", "+44 118 118"], ["+4911833", "+49-11833"]])("is the short number %s where the allow list names it", (number, written) => {
    world.rules = { ...world.rules, country: "GB" };
    expect(world.dial(written, undefined, { allowedPrefixes: ["+", number] }).endpoint).toBe(endpoint(number));
    world.agentPrefixes = ["+", "1"];
    expect(() => world.dial(written, ALICE, { allowedPrefixes: ["+", number] })).toThrow(/agent's own/);
    world.agentPrefixes = [number];
    expect(world.dial(written, ALICE, { allowedPrefixes: ["+", number] }).endpoint).toBe(endpoint(number));
  });

  it("takes national numbers by the organization's country, else by where its numbers are", () => {
    const german = { callerId: "+493012345678" };
    expect(() => world.dial("09001234567", undefined, german)).toThrow(/premium/);
    expect(world.dial("03012345678", undefined, german).endpoint).toBe(endpoint("+493012345678"));
    expect(() => world.dial("03012345678")).toThrow(/no valid/);
    world.own = ["+493012345679"];
    expect(world.dial("03012345678").endpoint).toBe(endpoint("+493012345678"));
    world.rules = { ...world.rules, country: "GB" };
    expect(() => world.dial("03012345678", undefined, german)).toThrow(/premium/);
    expect(world.dial("020 7946 0000", undefined, german).endpoint).toBe(endpoint("+442079460000"));
  });

  it("is an emergency number where the allow list names it, past every other rule", () => {
    world.rules = { ...world.rules, maxOutboundCalls: 0, maxOutboundCallsPerMinute: 0, maxOutboundCallS: 10 };
    world.agentPrefixes = [];
    const route = world.dial("112", { ...ALICE, counted: false }, { allowedPrefixes: ["112"] });
    expect(route).toEqual({ number: "112", endpoint: "sofia/gateway/trunk/112", callerId: null });
    for (const allowedPrefixes of [["+1"], ["+"], ["1"], ["11"], ["1122"]]) expect(() => world.dial("112", ALICE, { allowedPrefixes })).toThrow(refused("NUMBER_NOT_ALLOWED"));
  });

  it("is the emergency number of its country, or one that it has set", () => {
    const full = { ...world.rules, maxOutboundCalls: 0 };
    const dials = (number: string, country: string, emergencyNumbers: readonly string[] | null = null): boolean => {
      world.rules = { ...full, country, emergencyNumbers };
      try {
        return world.dial(number, ALICE, { allowedPrefixes: [number] }).number === number;
      } catch {
        return false;
      }
    };
    expect([dials("110", "DE"), dials("000", "AU"), dials("999", "GB"), dials("115", "DE", ["115"])]).toEqual([true, true, true, true]);
    // A short number like another, with its limits.
    expect([dials("999", "DE"), dials("110", "DE", ["115"])]).toEqual([false, false]);
  });

  it("is nothing but emergency numbers for a phone whose call could not be counted", () => {
    expect(() => world.dial("+12125550100", { ...ALICE, counted: false })).toThrow(refused("SwitchUnavailable"));
    expect(world.counted).toEqual(["uncounted"]);
  });

  it("is nothing for an organization that is gone", () => {
    expect(() => world.dial("+12125551234", undefined, { id: 9 })).toThrow(refused("DIAL_LIMIT"));
  });
});

describe("the number that is shown", () => {
  it("is the organization's, one of its lines, or none", () => {
    expect(world.dial("+12125551234").callerId).toBeNull();
    world.own = ["+15550101", "+15550102"];
    expect(world.dial("+12125551234").callerId).toBe("+15550101");
    expect(world.dial("+12125551234", undefined, { callerId: "+15550100" }).callerId).toBe("+15550100");
  });

  it("is the preferred one only when it is the organization's own", () => {
    world.own = ["+15550101", "+15550102"];
    expect(world.dial("+12125551234", { ...ALICE, preferredCallerId: "+15550102" }).callerId).toBe("+15550102");
    expect(world.dial("+12125551234", { ...ALICE, preferredCallerId: "+15559999" }).callerId).toBe("+15550101");
  });
});

describe("the trunk", () => {
  const LINE = "+12125550101";
  const OTHER = "+12125550102";
  beforeEach(() => {
    world.own = [OTHER, LINE];
    world.trunks = { [LINE]: "acme-out" };
  });
  const by = (who?: Partial<Dialler>, changes?: Partial<Organization>) => world.dial("+12125550199", { name: "alice", agentId: null, ...who }, changes).endpoint;

  it("is that of the line whose call it is, and of the line whose number is shown", () => {
    expect(by({ line: LINE })).toBe("sofia/gateway/acme-out/+12125550199");
    expect(by({ preferredCallerId: LINE })).toBe("sofia/gateway/acme-out/+12125550199");
    expect(by({}, { callerId: LINE })).toBe("sofia/gateway/acme-out/+12125550199");
    world.trunks = { [LINE]: "acme-out", [OTHER]: "acme-other" };
    expect(by({ line: OTHER, preferredCallerId: LINE })).toBe("sofia/gateway/acme-other/+12125550199");
  });

  it("is the organization's dial string where no line names one", () => {
    expect([by(), by({ line: OTHER }), by({ line: "+12125550177" }), by({ preferredCallerId: OTHER })]).toEqual(Array(4).fill(endpoint("+12125550199")));
  });

  it("changes nothing of what may be dialled", () => {
    expect(() => by({ line: LINE }, { allowedPrefixes: ["+44"] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
  });

  it("has no name that could be more than one", () => {
    for (const name of ["a/b", "a,b", "a|b", "{x=y}a", "a b", ""]) {
      world.trunks = { [LINE]: name };
      expect(() => by({ line: LINE })).toThrow(refused("InvalidParameter"));
    }
  });
});

describe("the limits", () => {
  const dial = () => world.dial("+12125551234");

  it("set the longest duration on the leg", () => {
    world.rules = { ...world.rules, maxOutboundCallS: 3600 };
    expect(dial().variables).toEqual({ execute_on_answer: "sched_hangup +3600 ALLOTTED_TIMEOUT" });
    expect(dial().admit).toBeUndefined();
  });

  it("count the calls that are there and those that begin", () => {
    world.rules = { ...world.rules, maxOutboundCalls: 2 };
    world.live = 1;
    const [one, two] = [dial(), dial()];
    const place = one.admit?.(leg());
    expect(() => two.admit?.(leg())).toThrow(refused("DIAL_LIMIT"));
    expect(dial).toThrow(refused("DIAL_LIMIT"));
    place?.giveBack();
    two.admit?.(leg()).begun();
    world.live = 2;
    expect(dial).toThrow(/2 calls to the outside at once/);
    world.live = 1;
    expect(dial).not.toThrow();
    expect(world.counted).toEqual(["simultaneous", "simultaneous", "simultaneous"]);
  });

  it("count a call that has begun once: what the registry knows is given back no more", () => {
    world.rules = { ...world.rules, maxOutboundCallsPerMinute: 1 };
    const place = dial().admit?.(leg());
    place?.begun();
    place?.giveBack();
    expect(dial).toThrow(refused("DIAL_LIMIT"));
  });

  it("let calls begin again when a minute has passed", () => {
    world.rules = { ...world.rules, maxOutboundCallsPerMinute: 2 };
    dial().admit?.(leg()).begun();
    world.now += 30_000;
    dial().admit?.(leg()).begun();
    expect(dial).toThrow(expect.objectContaining({ code: "DIAL_LIMIT", details: { retryAfterS: 30 } }));
    world.now += 30_001;
    dial().admit?.(leg()).begun();
    expect(dial).toThrow(refused("DIAL_LIMIT"));
    expect(world.counted).toEqual(["rate", "rate"]);
  });

  it("keep a place until the registry knows its leg, also when nobody says so", () => {
    world.rules = { ...world.rules, maxOutboundCalls: 1 };
    const mine = leg();
    dial().admit?.(mine);
    expect(dial).toThrow(refused("DIAL_LIMIT"));
    world.now += 59_000;
    expect(dial).toThrow(refused("DIAL_LIMIT"));
    world.known.add(mine);
    expect(dial).not.toThrow();
  });

  it("keep a place for a bounded time", () => {
    world.rules = { ...world.rules, maxOutboundCalls: 1 };
    dial().admit?.(leg(), 60_000);
    world.now += 59_999;
    expect(dial).toThrow(refused("DIAL_LIMIT"));
    world.now += 1;
    expect(dial).not.toThrow();
  });

  it("give back the minute's place of a call that did not start", () => {
    world.rules = { ...world.rules, maxOutboundCallsPerMinute: 1 };
    dial().admit?.(leg()).giveBack();
    expect(dial).not.toThrow();
  });
});

describe("a number to be called back at", () => {
  const callback = (written: string, changes: Partial<Organization> = {}): string => world.policy.callbackTo(organizationRecord(changes), written);

  it("is one of the organization's own country, in the canonical form", () => {
    world.rules = { ...world.rules, country: "GB" };
    for (const written of ["+442079460000", "02079460000", "00442079460000", "442079460000"]) expect(callback(written)).toBe("+442079460000");
    for (const written of ["+12125550100", "+447781123456", "+80012345678"]) expect(() => callback(written)).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(world.counted).toEqual(["callback-country", "callback-country", "callback-country"]);
  });

  it("is one of the countries that it has set, and one that the allow list allows", () => {
    world.rules = { ...world.rules, country: "GB", callbackCountries: ["US"] };
    expect(callback("+12125550100")).toBe("+12125550100");
    // The Caribbean is +1 too.
    expect(() => callback("+18765550100")).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(() => callback("+442079460000")).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(() => callback("+12125550100", { allowedPrefixes: ["+44"] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
  });

  it("is never a costly, short or emergency number, nor no number at all", () => {
    world.rules = { ...world.rules, country: "GB", premiumAllowed: true };
    for (const written of ["+449091234567", "112", "118118", "anonymous", "", "<script>"]) expect(() => callback(written, { allowedPrefixes: ["+", "112", "118118"] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(world.refusals()).toEqual([{ rule: "premium", target: "+449091234567" }, { rule: "callback-country", target: "112" }, { rule: "callback-country", target: "118118" }, ...Array<unknown>(3).fill({ rule: "unreadable", target: "(no number)" })]);
  });

  it("is none where the country is not known", () => expect(() => callback("+442079460000")).toThrow(refused("NUMBER_NOT_ALLOWED")));
});
