import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createApp, effectScope, nextTick, ref, shallowRef } from "vue";
import { CONSOLE, type Console } from "../../../src/console/console.js";
import { Picture } from "../../../src/console/live/picture.js";
import type { Sort } from "../../../src/console/pages/calls/live/rows.js";
import { useLiveRows } from "../../../src/console/pages/calls/live/useLiveRows.js";
import { AT, ago, call } from "../wall/samples.js";

const scopes: (() => void)[] = [];
beforeEach(() => {
  vi.useFakeTimers({ now: AT });
  // A page has been open for a while.
  vi.advanceTimersByTime(10_000);
});
afterEach(() => {
  scopes.splice(0).forEach((stop) => stop());
  vi.useRealTimers();
});

/** The list of so many calls, and what a frame does after an event. */
function list(count: number) {
  const picture = new Picture();
  for (let index = 0; index < count; index++) picture.calls.set(`c${index}`, call({ id: `c${index}`, stateSince: ago(10_000 - index) }));
  const [sort, now] = [ref<Sort>("urgent"), shallowRef(AT)];
  const hand = { scrolls: false };
  let frame = (): void => undefined;
  let tell: (event: unknown) => void = () => undefined;
  const frames = new Set<() => void>();
  const live = {
    picture,
    slice: <T>(_: unknown, read: (of: Picture) => T) => {
      const value = shallowRef(read(picture));
      frame = () => void (value.value = read(picture));
      return value;
    },
    on: (handler: (event: unknown) => void) => {
      tell = handler;
      return () => undefined;
    },
  };
  const given: unknown = { live, clock: { now } };
  const scope = effectScope();
  scopes.push(() => scope.stop());
  const made = createApp({ template: "" }).provide(CONSOLE, given as Console).runWithContext(() => scope.run(() => {
    const rows = useLiveRows(sort, () => hand.scrolls, (run) => {
      frames.add(run);
      return () => frames.delete(run);
    });
    return { ...rows, seen: rows.seen(() => rows.rows.value.slice(0, 3)) };
  }));
  if (made === undefined) throw new Error("The scope has ended.");
  return {
    hand, sort, frames,
    seen: () => made.seen.value.map(({ call: { state } }) => state),
    /** The stream tells that this call is held, or taken back. */
    tells: (id: string, state: "held" | "active") => {
      const changed = call({ id, state, stateSince: ago(5) });
      picture.calls.set(id, changed);
      tell({ type: "call.updated", data: { call: changed } });
    },
    draws: () => {
      for (const run of frames) {
        frames.delete(run);
        run();
      }
    },
    leaves: () => scope.stop(),
    first: () => made.rows.value[0]?.call.id,
    /** The first one ends. */
    ends: async () => {
      for (const id of picture.calls.keys()) {
        picture.calls.delete(id);
        break;
      }
      frame();
      await nextTick();
    },
  };
}

it("leaves thousands of rows where they are under a hand that scrolls, but once a second, and follows as soon as it rests", async () => {
  const { hand, first, ends } = list(1500);
  hand.scrolls = true;
  vi.advanceTimersByTime(300);
  await ends();
  expect(first()).toBe("c0");
  vi.advanceTimersByTime(700);
  await ends();
  expect(first()).toBe("c2");
  vi.advanceTimersByTime(300);
  await ends();
  expect(first()).toBe("c2");
  hand.scrolls = false;
  await ends();
  expect(first()).toBe("c4");
});

it("puts them in another order at once when that is asked for", async () => {
  const { hand, sort, first, ends } = list(1500);
  hand.scrolls = true;
  await ends();
  sort.value = "time";
  await nextTick();
  expect(first()).toBe("c1");
});

it("follows a small list's events while somebody scrolls, too", async () => {
  const { hand, first, ends } = list(50);
  hand.scrolls = true;
  vi.advanceTimersByTime(300);
  await ends();
  expect(first()).toBe("c1");
});

it("follows what is seen with the next frame, one for all that has changed, and asks for none for what is not seen", async () => {
  const { frames, seen, tells, draws, leaves } = list(50);
  expect(seen()).toEqual(["active", "active", "active"]);
  tells("c9", "held");
  expect(frames.size).toBe(0);
  tells("c0", "held");
  tells("c1", "held");
  tells("c0", "active");
  await nextTick();
  expect([frames.size, seen()]).toEqual([1, ["active", "active", "active"]]);
  draws();
  expect(seen()).toEqual(["active", "held", "active"]);
  tells("c2", "held");
  draws();
  expect(seen()).toEqual(["active", "held", "held"]);

  tells("c1", "active");
  expect(frames.size).toBe(1);
  leaves();
  expect(frames.size).toBe(0);
});
