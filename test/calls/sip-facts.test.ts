import { describe, expect, it } from "vitest";
import { forwarderOf, headersOf } from "../../src/calls/sip-facts.js";

const PREFIX = "variable_sip_h_";
const all = (variables: Readonly<Record<string, string>>) => headersOf(Object.fromEntries(Object.entries(variables).map(([name, value]) => [`${PREFIX}${name}`, value])), PREFIX);

describe("the headers of a SIP message", () => {
  it("are its X- headers alone, as they were written", () => {
    expect(all({ "X-Account": "47 11", "x-b": "", Diversion: "<sip:1@a>", "P-Charge-Info": "x" })).toEqual([{ name: "X-Account", value: "47 11" }, { name: "x-b", value: "" }]);
    expect(headersOf({ "variable_sip_rh_X-A": "1", variable_X: "2" }, PREFIX)).toEqual([]);
  });

  it("leave out names and values that no header has", () => {
    expect(all({ "X-": "1", "X-A B": "1", "X-A:": "1", [`X-${"a".repeat(101)}`]: "1", "X-C": "a\r\nVia: b", "X-D": "\u0085", "X-E": "ok" })).toEqual([{ name: "X-E", value: "ok" }]);
  });

  it("are bounded in number and length", () => {
    expect(all(Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`X-${at}`, "v"])))).toHaveLength(32);
    expect(all({ "X-Long": "v".repeat(5000), "X-Short": "v", "X-Next": "v".repeat(4090) })).toEqual([{ name: "X-Short", value: "v" }]);
  });
});

describe("who has forwarded a call", () => {
  const diverted = (value: string, name = "Diversion"): string | null => forwarderOf({ [`${PREFIX}${name}`]: value });
  const history = (value: string): string | null => forwarderOf({ variable_sip_history_info: value });

  it("is the user of the Diversion header", () => {
    expect(diverted('"Front, desk <sip:911@x>" <sip:+12125550177@carrier.example;user=phone>;reason=unconditional')).toBe("+12125550177");
    expect(diverted("<tel:+12125550177>", "diversion")).toBe("+12125550177");
    expect(diverted("sip:kate@example.com")).toBe("kate");
  });

  it("is nobody where the address has no user that a program could be told", () => {
    expect([diverted("<sip:carrier.example>"), diverted("anonymous"), diverted("<sip:%3Cb%3E@x>"), diverted(`<sip:${"1".repeat(65)}@x>`)]).toEqual([null, null, null, null]);
  });

  it("is by History-Info the last one before whom the call is for now", () => {
    expect(history("<sip:+12125550177@a>;index=1, <sip:+12125550188@b?Reason=SIP%3Bcause%3D302>;index=1.1, <sip:+12125550199@c>;index=1.1.1")).toBe("+12125550188");
    expect(history("<sip:+12125550199@a>;index=1, <sip:+12125550199@b>;index=1.1")).toBeNull();
    expect(history("<sip:+12125550199@a>;index=1")).toBeNull();
  });
});
