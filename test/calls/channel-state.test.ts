import { describe, expect, it } from "vitest";
import { decodeChannelState, encodeChannelState, type ChannelState } from "../../src/calls/channel-state.js";
import { variableValue } from "../../src/freeswitch/index.js";

const ID = "00000000-0000-4000-8000-000000000001";
const AT = 1_795_206_465_495;

const FULL: ChannelState = {
  v: 1, c: ID, o: 1, a: "1001", q: "support", t: AT, i: 5, h: "w", e: "sales", z: "", s: "held", k: AT, j: AT, l: AT, y: AT, r: "agent", p: 1, b: ID, m: 1, n: 1, x: 1,
  g: "/var/lib/rec/a.wav", d: "inbound", f: "+15551230001", u: "1002", w: { a: "1003", m: "listen", t: AT, u: ID },
  O: { a: "1001", r: "angry", t: AT, d: 1 },
};
/** What paths and caller ids hold in the field, and what breaks a word, a value or a block of FreeSWITCH's. */
const HOSTILE = ["/rec/a+b:c@d.wav", "/rec/my call.wav", "/rec/it's.wav", "a\"b", "a\\b", "${x}", "^^:a", "}", "{", ",", "'", " ", "\n\0", "Jörg Müller", "電話", "~YQ", "~", "%2B", "a=b", "[x]", "😀"];

describe("our small state", () => {
  it("comes back as it was written", () => {
    expect(decodeChannelState(encodeChannelState(FULL))).toEqual(FULL);
  });

  it.each(HOSTILE)("comes back whole with %j in any of its texts, and is a value that FreeSWITCH may get", (text) => {
    for (const key of ["a", "q", "e", "z", "g", "f", "u"] as const) {
      const state = { ...FULL, [key]: text };
      const written = encodeChannelState(state);
      expect(decodeChannelState(written)).toEqual(state);
      expect(variableValue(written)).toBe(written);
      // Events decode what looks like an escape once more than rows do.
      expect(written).not.toMatch(/[ %']/);
    }
    const watching = { ...FULL, w: { a: text, m: "listen" as const, t: AT, u: ID } };
    expect(decodeChannelState(encodeChannelState(watching))).toEqual(watching);
    const helped = { ...FULL, O: { a: text, r: text, t: AT } };
    expect(decodeChannelState(encodeChannelState(helped))).toEqual(helped);
    expect(encodeChannelState(helped)).not.toMatch(/[ %']/);
  });

  it("writes no moment that could not be read, also where nothing else needs a check", () => {
    const plain = { v: 1, c: ID, a: "1001" } as const;
    expect(decodeChannelState(encodeChannelState({ ...plain, y: 9e15, l: AT }))).toEqual({ ...plain, l: AT });
    expect(encodeChannelState({ ...plain, y: 9e15 })).not.toContain("9000000000000000");
  });

  it("leaves out a text that is too long, and nothing else", () => {
    expect(decodeChannelState(encodeChannelState({ ...FULL, f: "9".repeat(300) }))).toEqual({ ...FULL, f: undefined });
  });

  it("keeps as much as can be read again of why an agent needs help", () => {
    const kept = decodeChannelState(encodeChannelState({ ...FULL, O: { r: "é".repeat(200), t: AT } }))?.O;
    expect(kept).toEqual({ r: "é".repeat(127), t: AT });
  });

  it("fits into what FreeSWITCH gives back whole, at its longest", () => {
    const longest = "é".repeat(127);
    expect(encodeChannelState({ ...FULL, a: longest, q: longest, e: longest, g: longest, f: longest, u: longest, O: { a: longest, r: longest, t: AT } }).length).toBeLessThan(3500);
  });

  it.each<[string, unknown]>([["o", "x"], ["a", 7], ["q", { x: 1 }], ["t", 9e15], ["t", 1.5], ["k", -1], ["j", 0], ["l", 9e15], ["y", "now"], ["i", 99], ["h", "x"], ["s", "sold"], ["r", "king"], ["b", "no uuid"], ["g", "/a b"], ["g", "~!"], ["d", "up"], ["f", "a b"], ["w", { a: "1003", m: "listen", t: 9e15, u: ID }], ["w", 1], ["O", { a: "1001" }], ["O", { t: 9e15 }], ["O", 1]])(
    "loses no more than %s when that is %j",
    (key, value) => {
      expect(decodeChannelState(JSON.stringify({ ...FULL, [key]: value }))).toEqual({ ...FULL, [key]: undefined });
    },
  );

  it("is read as versions of before wrote it", () => {
    expect(decodeChannelState(`{"v":1,"c":"${ID}","o":1,"a":"1001","e":"support","r":"customer","b":"${ID}","g":"/rec/${ID}-1.wav","d":"inbound","f":"+15551230001","u":"*98#"}`)).toMatchObject({ o: 1, a: "1001", e: "support", g: `/rec/${ID}-1.wav`, f: "+15551230001", u: "*98#" });
  });

  it.each(["", "x", "{", "[]", '{"v":7}', '{"v":1}', '{"v":1,"c":"x y"}'])("is not what is not ours: %s", (foreign) => {
    expect(decodeChannelState(foreign)).toBeUndefined();
  });
});
