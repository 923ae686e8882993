import { describe, expect, it } from "vitest";
import { Remembered } from "../../src/dialling/remembered.js";

function counted() {
  const asked: string[] = [];
  const remembered = new Remembered((text, home) => {
    asked.push(`${home ?? "-"} ${text}`);
    return text === "none" ? null : `${home ?? ""}${text}`;
  });
  return { asked, remembered };
}

describe("readings of numbers", () => {
  it("are made once for each text and country", () => {
    const { asked, remembered } = counted();
    const read = (): readonly (string | null)[] => [remembered.get("1", "DE"), remembered.get("1", "AT"), remembered.get("1", undefined), remembered.get("none", "DE")];
    expect([read(), read()]).toEqual(Array.from({ length: 2 }, () => ["DE1", "AT1", "1", null]));
    expect(asked).toEqual(["DE 1", "AT 1", "- 1", "DE none"]);
  });

  it("are forgotten when many others came since, and not before", () => {
    const { asked, remembered } = counted();
    const others = (count: number): void => Array.from({ length: count }, (_, index) => `other ${asked.length + index}`).forEach((text) => remembered.get(text, "DE"));
    const times = (text: string): number => asked.filter((each) => each === `DE ${text}`).length;
    remembered.get("1", "DE");
    others(5_000);
    remembered.get("1", "DE");
    expect(times("1")).toBe(1);
    others(11_000);
    remembered.get("1", "DE");
    expect(times("1")).toBe(2);
  });

  it("are not kept of what is too long to be a number", () => {
    const { asked, remembered } = counted();
    const long = "1".repeat(65);
    expect([remembered.get(long, "DE"), remembered.get(long, "DE")]).toEqual([`DE${long}`, `DE${long}`]);
    expect(asked).toHaveLength(2);
  });
});
