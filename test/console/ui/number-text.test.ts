import { describe, expect, it } from "vitest";
import type { CallLog } from "../../../src/console/api/types.js";
import { farEndText, numberText } from "../../../src/console/ui/number-text.js";
import { call, leg } from "../wall/samples.js";

describe("a number, as people write it", () => {
  it("is that of the call, wherever it stands there", () => {
    const outside = leg({ id: "leg-9", role: "other", number: "+15550100009", numberText: "(555) 010-0009" });
    const of = call({ to: "+15550100002", toText: "(555) 010-0002", legs: [leg(), outside] });
    expect(["+15550100001", "+15550100002", "+15550100009", "+4930123456"].map((number) => numberText(of, number))).toEqual(["(555) 010-0001", "(555) 010-0002", "(555) 010-0009", "+4930123456"]);
  });
});

describe("the far end of a call that is over", () => {
  const log = (of: Partial<CallLog>) => ({ direction: "inbound" as const, from: "+15550100001", fromName: null, fromText: "(555) 010-0001", to: "1001", toText: "1001", ...of });
  const nameOf = (number: string): string | null => ({ 1001: "Alice Moreau", 1002: "Bob Stein" })[number] ?? null;
  const isSelf = (number: string): boolean => number === "1001";

  it("has its name where one is known, else its number as people write it", () => {
    expect(farEndText(log({}), isSelf, nameOf)).toBe("(555) 010-0001");
    expect(farEndText(log({ fromName: "Priya Raman" }), isSelf, nameOf)).toBe("Priya Raman");
    expect(farEndText(log({ direction: "outbound", from: "1001", to: "+15550100002", toText: "(555) 010-0002" }), isSelf, nameOf)).toBe("(555) 010-0002");
  });

  it("is the colleague in a call between colleagues, whoever of the two dialled", () => {
    expect(farEndText(log({ direction: "internal", from: "1001", to: "1002" }), isSelf, nameOf)).toBe("Bob Stein");
    expect(farEndText(log({ direction: "internal", from: "1002", fromText: "1002", to: "1001" }), isSelf, nameOf)).toBe("Bob Stein");
  });
});
