// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAfterField } from "../../../src/console/keys.js";

describe("keys that were meant for a field that is gone", () => {
  let field: HTMLInputElement;
  let isAfterField: ReturnType<typeof createAfterField>;
  const key = (name: string, target: EventTarget, timeStamp: number): boolean => isAfterField({ key: name, target, timeStamp });

  beforeEach(() => {
    field = document.createElement("input");
    document.body.replaceChildren(field);
    isAfterField = createAfterField();
  });
  afterEach(() => document.body.replaceChildren());

  it("are nobody's until the writing pauses", () => {
    expect(key("a", field, 0)).toBe(false);
    field.remove();
    expect(key("n", document.body, 900)).toBe(true);
    expect(key("n", document.body, 1800)).toBe(true);
    expect(key("n", document.body, 2800)).toBe(false);
    expect(key("n", document.body, 2900)).toBe(false);
  });

  it("count as keys when the field is still there", () => {
    key("a", field, 0);
    expect(key("h", document.body, 100)).toBe(false);
  });

  it.each(["Enter", "Escape", "Tab"])("count as keys after %s, with which the writing was over", (end) => {
    key("a", field, 0);
    key(end, field, 100);
    field.remove();
    expect(key("x", document.body, 200)).toBe(false);
  });
});
