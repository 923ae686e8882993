import { expect, it } from "vitest";
import { ATTRIBUTE_LIMITS, attributesOfVariables, attributeVariables, ATTRIBUTES_VARIABLE, changed, decodeAttributes, encodeAttributes, joined } from "../../src/calls/attributes.js";
import { EventParser } from "../../src/freeswitch/event-parser.js";
import { commands, channelUuid, variableName, variableValue } from "../../src/freeswitch/index.js";

const FULL = Object.fromEntries(Array.from({ length: ATTRIBUTE_LIMITS.count }, (_, at) => [`${"k".repeat(62)}${String(at).padStart(2, "0")}`, '"'.repeat(ATTRIBUTE_LIMITS.valueBytes)]));

it("the largest attributes of a call fit into one command, and come back as they were", () => {
  const encoded = encodeAttributes(FULL);
  const { line } = commands.setVariable(channelUuid("00000000-0000-4000-8000-000000000001"), variableName(ATTRIBUTES_VARIABLE, "variable"), variableValue(encoded, "attributes"));
  expect(line).toContain(encoded);
  expect(decodeAttributes(encoded)).toEqual(FULL);
  expect(decodeAttributes(attributeVariables({ a: "é\u{1f600}" })[ATTRIBUTES_VARIABLE] ?? "")).toEqual({ a: "é\u{1f600}" });
  expect(attributeVariables({})).toEqual({});
});

it("what is no name, too long or one too many is refused by name, and a patch is made as a whole or not at all", () => {
  const refusal = (patch: Readonly<Record<string, string | null>>, before = {}): unknown => {
    try {
      return changed(before, patch);
    } catch (error) {
      return error;
    }
  };
  for (const patch of [{ "": "1" }, { _a: "1" }, { "a b": "1" }, { ["k".repeat(65)]: "1" }, { a: "é".repeat(513) }, { a: "b\u0007" }]) expect(refusal(patch)).toMatchObject({ code: "InvalidParameter" });
  expect(refusal({ more: "1" }, FULL)).toMatchObject({ code: "InvalidParameter" });
  const [first = ""] = Object.keys(FULL);
  expect(Object.keys(changed(FULL, { more: "1", [first]: null }))).toHaveLength(ATTRIBUTE_LIMITS.count);
  expect(changed({ a: "1", b: "2" }, { b: null, toString: "3", gone: null })).toEqual({ a: "1", toString: "3" });
});

it("of two calls' attributes those that are known stay, and there are never too many", () => {
  expect(joined({ a: "1" }, { a: "2", b: "3", "no name": "4", constructor: "5" })).toEqual({ a: "1", b: "3", constructor: "5" });
  expect(joined({ a: "1" }, { a: "2" }, true)).toEqual({ a: "2" });
  expect(joined(FULL, { more: "1" })).toEqual(FULL);
});

it("what is not ours is no attribute, whatever a variable holds", () => {
  for (const text of ["", "not base64!", Buffer.from("[1]").toString("base64url"), Buffer.from("null").toString("base64url"), Buffer.from("{").toString("base64url"), Buffer.from('{"a":1,"__proto__":"x"}').toString("base64url")]) expect(decodeAttributes(text)).toEqual({});
  expect(attributesOfVariables(encodeAttributes({ a: "1" }), { a: "2", b: "3" })).toEqual({ a: "1", b: "3" });
});

it("an event tells what the dialplan has set, decoded, and nothing of what a caller sends", () => {
  const plain = [
    "Event-Name: CHANNEL_PARK", "Core-UUID: 00000000-0000-4000-8000-0000000000aa", "Event-Sequence: 7", "Event-Date-Timestamp: 1", "Unique-ID: 00000000-0000-4000-8000-000000000001",
    "variable_callplane_attr_language: de%2C%20perhaps", "variable_sip_h_X-callplane_attr_vip: 1", "variable_callplane_attr_empty: _undef_", "variable_callplane_attrition: 1", "variable_callplane_attributes: eyJhIjoiMSJ9", "", "",
  ].join("\n");
  expect(new EventParser().parse(Buffer.from(plain))).toMatchObject({ attributes: { language: "de, perhaps", empty: "" }, attributesVariable: "eyJhIjoiMSJ9" });
});
