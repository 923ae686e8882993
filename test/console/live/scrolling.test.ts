// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import { watchScrolling } from "../../../src/console/live/scrolling.js";

afterEach(() => {
  vi.useRealTimers();
});

it("tells that a part of the page is being scrolled, until shortly after the last step", () => {
  vi.useFakeTimers();
  const part = document.body.appendChild(document.createElement("div"));
  const isScrolling = watchScrolling(document);
  const seen = [isScrolling()];
  part.dispatchEvent(new Event("scroll"));
  seen.push(isScrolling());
  vi.advanceTimersByTime(100);
  part.dispatchEvent(new Event("scroll"));
  vi.advanceTimersByTime(100);
  seen.push(isScrolling());
  vi.advanceTimersByTime(100);
  seen.push(isScrolling());
  part.remove();
  expect(seen).toEqual([false, true, true, false]);
});
