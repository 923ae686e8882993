// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import { createApp, h } from "vue";
import type { KeyDeed } from "../../../src/console/pages/desk/keys.js";
import { useKeys } from "../../../src/console/pages/desk/use-keys.js";

const leave: (() => void)[] = [];
afterEach(() => leave.splice(0).forEach((each) => each()));

/** A desk with a field that is written in, and the button of a call that rings. */
function desk() {
  const deeds: KeyDeed[] = [];
  const app = createApp({
    setup: () => {
      useKeys((deed) => deeds.push(deed));
      return () => h("p");
    },
  });
  const field = document.createElement("input");
  const answer = document.createElement("button");
  const place = document.createElement("div");
  document.body.replaceChildren(place, field, answer);
  app.mount(place);
  leave.push(() => {
    app.unmount();
    document.body.replaceChildren();
  });
  /** Whether the browser does with it what it does by itself. */
  const press = (target: HTMLElement, key: string): boolean => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  return { deeds, field, answer, press };
}

it("takes no key, and presses no button, for whoever still writes when a call has taken the field away", () => {
  const { deeds, field, answer, press } = desk();
  press(field, "5");
  field.remove();
  expect([press(document.body, "n"), press(answer, "Enter"), deeds]).toEqual([false, false, []]);
});

it("takes the keys again at once where the field was left", () => {
  const { deeds, field, press } = desk();
  press(field, "5");
  press(field, "Escape");
  field.remove();
  press(document.body, "n");
  expect(deeds).toEqual([{ act: ["decline"] }]);
});
