import { describe, expect, it } from "vitest";
import { domainName, phoneNumber } from "../../src/freeswitch/index.js";
import { PrefixDialPolicy } from "../../src/store/index.js";

const organization = (allowedPrefixes: readonly string[], callerId: string | null = null) => ({
  id: 1,
  name: "acme",
  domain: domainName("acme.example", "domain"),
  dialString: "sofia/gateway/trunk/{number}",
  callerId,
  allowedPrefixes,
  supervisionVisible: false,
});
const policy = new PrefixDialPolicy();
const dial = (prefixes: readonly string[], number: string) => policy.endpointFor(organization(prefixes), phoneNumber(number, "to"));

describe("the dial policy", () => {
  it.each([
    [["+1555"], "+15550100"],
    [["+1555"], "15550100"],
    [["+1", "+44"], "442079460000"],
    [["0049"], "00493012345"],
    [["9"], "911"],
    [["*9"], "*98"],
    [["+"], "+4930123456"],
    [["+"], "4930123456"],
    [["+1555"], "155501234567890"],
  ])("of %j allows %s", (prefixes, number) => {
    expect(dial(prefixes, number).endpoint).toBe(`sofia/gateway/trunk/${number}`);
  });

  it.each([
    [[], "+15550100"],
    [["+1555"], "+15540100"],
    [["+1555"], "1555"],
    [["+1555"], "1555010"],
    [["+1555"], "1555012345678901"],
    [["+1555"], "+1"],
    [["1555"], "+15550100"],
    [["0049"], "+493012345"],
    [["+44"], "#442079460000"],
  ])("of %j refuses %s", (prefixes, number) => {
    expect(() => dial(prefixes, number)).toThrow(expect.objectContaining({ code: "NUMBER_NOT_ALLOWED" }));
  });

  it("gives the organization's caller id", () => {
    expect(policy.endpointFor(organization(["+1"], "+15550100"), phoneNumber("+15550199", "to")).callerId).toBe("+15550100");
  });
});
