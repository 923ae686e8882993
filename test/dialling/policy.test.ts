import { beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry, Dialler, Organization } from "../../src/calls/ports.js";
import { Dialling, type DialRules } from "../../src/dialling/index.js";
import { domainName, phoneNumber } from "../../src/freeswitch/words.js";

const organization = (changes: Partial<Organization> = {}): Organization => ({
  id: 1, name: "acme", domain: domainName("acme.example", "domain"), dialString: "sofia/gateway/trunk/{number}", callerId: null, allowedPrefixes: ["+"], supervisionVisible: false, ...changes,
});

interface Refusal {
  readonly rule: string;
  readonly target: string;
}

class World {
  rules: DialRules = { maxOutboundCalls: null, maxOutboundCallsPerMinute: null, maxOutboundCallS: null, premiumAllowed: false };
  own: readonly string[] = [];
  agentPrefixes: readonly string[] | null = null;
  live = 0;
  now = 1_000_000;
  readonly audit: AuditEntry[] = [];
  readonly counted: string[] = [];
  readonly policy = new Dialling({
    directory: {
      organization: (id) => (id === 1 ? this.rules : undefined),
      agentRecord: (_id, agentId) => (agentId === "1001" ? { allowedPrefixes: this.agentPrefixes } : undefined),
      ownNumbers: () => this.own,
    },
    live: { outside: () => this.live },
    audit: { append: (entry) => void this.audit.push(entry) },
    metrics: { dialRefused: (rule) => void this.counted.push(rule) },
    now: () => this.now,
  });

  dial(number: string, who?: Dialler, changes: Partial<Organization> = {}) {
    return this.policy.endpointFor(organization(changes), phoneNumber(number, "to"), who);
  }

  refusals(): Refusal[] {
    return this.audit.map(({ detail, target }) => ({ rule: String(detail.rule), target }));
  }
}

let world: World;
beforeEach(() => (world = new World()));
const ALICE: Dialler = { name: "alice", agentId: "1001" };
const refused = (code: string): unknown => expect.objectContaining({ code });

describe("what may be dialled", () => {
  it("is nothing without a prefix", () => {
    expect(() => world.dial("+15550100", undefined, { allowedPrefixes: [] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(world.refusals()).toEqual([{ rule: "prefix", target: "+15550100" }]);
  });

  it.each([["+15557654321"], ["15557654321"]])("is %s under +1555", (number) => expect(world.dial(number, undefined, { allowedPrefixes: ["+1555"] }).endpoint).toBe(`sofia/gateway/trunk/${number}`));
  it.each([["+4412345678"], ["001555765432"], ["1554000000"], ["+15"], ["155"]])("is not %s under +1555", (number) => expect(() => world.dial(number, undefined, { allowedPrefixes: ["+1555"] })).toThrow(refused("NUMBER_NOT_ALLOWED")));

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

  it.each([["+19005551212", "premium"], ["+881612345678", "satellite"], ["*72", "unreadable"]])("is not %s, which is %s, until the organization has it on", (number, rule) => {
    expect(() => world.dial(number, undefined, { allowedPrefixes: ["+", "*"] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
    expect(world.refusals()).toEqual([{ rule, target: number }]);
    expect(world.counted).toEqual([rule]);
    world.rules = { ...world.rules, premiumAllowed: true };
    expect(world.dial(number, undefined, { allowedPrefixes: ["+", "*"] }).endpoint).toBe(`sofia/gateway/trunk/${number}`);
  });

  it("takes national numbers by where the organization is at home", () => {
    expect(() => world.dial("09001234567", undefined, { allowedPrefixes: ["0"], callerId: "+493012345678" })).toThrow(/premium/);
    expect(world.dial("03012345678", undefined, { allowedPrefixes: ["0"], callerId: "+493012345678" }).endpoint).toBe("sofia/gateway/trunk/03012345678");
    world.own = ["+493012345679"];
    expect(() => world.dial("09001234567", undefined, { allowedPrefixes: ["0"] })).toThrow(/premium/);
  });

  it("is an emergency number wherever a prefix allows it, past every other rule", () => {
    world.rules = { maxOutboundCalls: 0, maxOutboundCallsPerMinute: 0, maxOutboundCallS: 10, premiumAllowed: false };
    world.agentPrefixes = [];
    const route = world.dial("112", ALICE, { allowedPrefixes: ["112"] });
    expect(route).toEqual({ endpoint: "sofia/gateway/trunk/112", callerId: null });
    expect(() => world.dial("112", ALICE, { allowedPrefixes: ["+1"] })).toThrow(refused("NUMBER_NOT_ALLOWED"));
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
    const place = one.admit?.();
    expect(() => two.admit?.()).toThrow(refused("DIAL_LIMIT"));
    expect(dial).toThrow(refused("DIAL_LIMIT"));
    place?.giveBack();
    two.admit?.().begun();
    world.live = 2;
    expect(dial).toThrow(/2 calls to the outside at once/);
    world.live = 1;
    expect(dial).not.toThrow();
    expect(world.counted).toEqual(["simultaneous", "simultaneous", "simultaneous"]);
  });

  it("count a call that has begun once: what the registry knows is given back no more", () => {
    world.rules = { ...world.rules, maxOutboundCallsPerMinute: 1 };
    const place = dial().admit?.();
    place?.begun();
    place?.giveBack();
    expect(dial).toThrow(refused("DIAL_LIMIT"));
  });

  it("let calls begin again when a minute has passed", () => {
    world.rules = { ...world.rules, maxOutboundCallsPerMinute: 2 };
    dial().admit?.().begun();
    world.now += 30_000;
    dial().admit?.().begun();
    expect(dial).toThrow(expect.objectContaining({ code: "DIAL_LIMIT", details: { retryAfterS: 30 } }));
    world.now += 30_001;
    dial().admit?.().begun();
    expect(dial).toThrow(refused("DIAL_LIMIT"));
    expect(world.counted).toEqual(["rate", "rate"]);
  });

  it("give back the minute's place of a call that did not start", () => {
    world.rules = { ...world.rules, maxOutboundCallsPerMinute: 1 };
    dial().admit?.().giveBack();
    expect(dial).not.toThrow();
  });
});
