import { describe, expect, it } from "vitest";
import { jsonList } from "../../src/http/json-list.js";

describe("jsonList", () => {
  const text = (items: readonly string[]): string => jsonList('{"é":[', items, '],"n":1}').toString("utf8");

  it("puts commas between the items and nowhere else", () => {
    expect(text([])).toBe('{"é":[],"n":1}');
    expect(text(["1"])).toBe('{"é":[1],"n":1}');
    expect(text(["1", "{}", '"x"'])).toBe('{"é":[1,{},"x"],"n":1}');
  });

  it("keeps characters that take several bytes", () => {
    const items = ["ä", "漢字", "🙂", "plain"].map((item) => JSON.stringify(item));
    expect(JSON.parse(text(items))).toEqual({ é: ["ä", "漢字", "🙂", "plain"], n: 1 });
  });
});
