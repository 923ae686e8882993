import { effectScope } from "vue";
import { afterEach, expect, it, vi } from "vitest";
import type { Call, LiveEvent } from "../../../src/console/api/types.js";
import { ownAgent } from "../../../src/console/live/own-agent.js";
import { Picture } from "../../../src/console/live/picture.js";
import { createLiveStore } from "../../../src/console/live/store.js";
import { agent } from "../desk/samples.js";
import { ALICE, call, updated } from "../phone/fakes.js";

const snapshot = (part: number, last: boolean, calls: readonly Call[]): LiveEvent => ({
  id: last ? "b-9" : null, type: "snapshot", at: "2026-01-31T12:00:00.000Z", organization: "acme", data: { part, last, calls: [...calls], agents: [], queues: [], switches: [] },
});
const ids = ({ calls }: Picture): string[] => [...calls.keys()];

it("shows what was known until the last part of a snapshot is there, then the snapshot whole", () => {
  const picture = new Picture();
  picture.apply(updated(call({ id: "old" })));
  picture.take();
  expect(picture.apply(snapshot(1, false, [call({ id: "c1" })]))).toBe(false);
  expect([ids(picture), picture.take()]).toEqual([["old"], []]);
  picture.apply(snapshot(2, false, [call({ id: "c2" })]));
  expect(picture.apply(snapshot(3, true, [call({ id: "c3" })]))).toBe(true);
  expect([ids(picture), picture.take(), picture.known]).toEqual([["c1", "c2", "c3"], ["calls", "agents", "queues", "switches"], true]);
});

it("begins anew with the first part of another snapshot", () => {
  const picture = new Picture();
  picture.apply(snapshot(1, false, [call({ id: "broken off" })]));
  picture.apply(snapshot(1, false, [call({ id: "c1" })]));
  picture.apply(snapshot(2, true, []));
  expect(ids(picture)).toEqual(["c1"]);
});

it("loses no event that comes between the parts", () => {
  const picture = new Picture();
  picture.apply(snapshot(1, false, [call({ id: "c1" }), call({ id: "c2" })]));
  picture.apply(updated(call({ id: "c1", state: "held" })));
  picture.apply({ id: "b-4", type: "call.removed", at: "2026-01-31T12:00:00.000Z", organization: "acme", data: { callId: "c2", reason: "ended", to: null } });
  picture.apply(snapshot(2, true, [call({ id: "c3" })]));
  expect([...picture.calls.values()].map(({ id, state }) => [id, state])).toEqual([["c1", "held"], ["c3", "active"]]);
});

/** A connection on which the server's events are said by the test. */
function open({ isScrolling }: { readonly isScrolling?: () => boolean } = {}) {
  const frames: (() => void)[] = [];
  const sockets: { onmessage: ((event: { readonly data: string }) => void) | null; close: () => void }[] = [];
  const store = createLiveStore({
    ticket: () => Promise.resolve("t"),
    url: () => "ws://live",
    open: () => {
      const socket = { onopen: null, onmessage: null, onclose: null, close: () => undefined };
      sockets.push(socket);
      const given: unknown = socket;
      return given as WebSocket;
    },
    ...(isScrolling === undefined ? {} : { isScrolling }),
  }, (run) => void frames.push(run));
  const tell = (event: LiveEvent): void => sockets.at(-1)?.onmessage?.({ data: JSON.stringify(event) });
  const frame = (): void => {
    for (const run of frames.splice(0)) run();
  };
  return { store, tell, frame, frames, isOpen: () => sockets.length };
}

/** An open store, by a clock of the test's that stands at a beat of the slices that may be late. */
async function openAtBeat(options: Parameters<typeof open>[0] = {}) {
  vi.useFakeTimers({ now: 1_000_000 });
  const { store, isOpen, ...page } = open(options);
  store.open();
  await vi.waitFor(() => expect(isOpen()).toBe(1));
  vi.advanceTimersByTime(1000 - (performance.now() % 250));
  return { store, scope: effectScope(), ...page };
}

afterEach(() => {
  vi.useRealTimers();
});

it("draws nothing of half a snapshot, in a frame that was asked for before it came", async () => {
  const { store, tell, frame, isOpen } = open();
  const scope = effectScope();
  store.open();
  await expect.poll(isOpen).toBe(1);
  const shown = scope.run(() => store.slice(["calls"], ids));
  tell(snapshot(1, true, [call({ id: "c1" }), call({ id: "c2" })]));
  frame();
  tell(updated(call({ id: "c1", state: "held" })));
  tell(snapshot(1, false, [call({ id: "c1" })]));
  frame();
  expect(shown?.value).toEqual(["c1", "c2"]);
  tell(snapshot(2, true, [call({ id: "c3" })]));
  frame();
  expect(shown?.value).toEqual(["c1", "c3"]);
  scope.stop();
  store.close();
});

it("forgets the picture with the session: who logs in next is not shown what the one before saw", async () => {
  const { store, tell, frame, isOpen } = open();
  const scope = effectScope();
  store.open();
  await expect.poll(isOpen).toBe(1);
  const shown = scope.run(() => store.slice(["calls"], ids));
  tell(snapshot(1, true, [call({ id: "c1" })]));
  frame();
  store.close();
  store.open();
  frame();
  expect([shown?.value, store.picture.known]).toEqual([[], false]);
  scope.stop();
  store.close();
});

it("asks for a frame when a slice is due, and not with each of hundreds of events before", async () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const { store, tell, frame, frames, isOpen } = open();
  const scope = effectScope();
  store.open();
  await vi.waitFor(() => expect(isOpen()).toBe(1));
  const [slow, made] = [scope.run(() => store.slice(["calls"], ({ calls }) => [...calls.values()].map(({ state }) => state), { everyMs: 250 })), vi.fn()];
  scope.run(() => store.slice(["agents"], made));
  made.mockClear();
  vi.advanceTimersByTime(1000);
  tell(snapshot(1, true, [call({ id: "c1" })]));
  expect(frames).toHaveLength(1);
  frame();
  expect([slow?.value, made.mock.calls.length]).toEqual([["active"], 1]);

  // The next beat is at a quarter of a second of the page's clock.
  vi.advanceTimersByTime(250 - (performance.now() % 250));
  expect(frames).toHaveLength(0);
  tell(updated(call({ id: "c1", state: "parked" })));
  frame();
  for (const state of ["held", "active", "held"] as const) {
    vi.advanceTimersByTime(80);
    tell(updated(call({ id: "c1", state })));
    expect(frames).toHaveLength(0);
  }
  vi.advanceTimersByTime(10);
  expect(frames).toHaveLength(1);
  frame();
  expect([slow?.value, made.mock.calls.length]).toEqual([["held"], 1]);
  // Nothing has come since: nothing is made.
  vi.advanceTimersByTime(1000);
  expect(frames).toHaveLength(0);
  scope.stop();
  store.close();
});

it("does not let what may be late hold up what is due at once", async () => {
  const { store, scope, tell, frame, frames } = await openAtBeat();
  scope.run(() => store.slice(["calls"], ids, { everyMs: 250 }));
  const nodes = scope.run(() => store.slice(["switches"], ({ switches }) => [...switches.keys()]));
  tell(snapshot(1, true, [call({ id: "c1" })]));
  frame();
  tell(updated(call({ id: "c2" })));
  expect(frames).toHaveLength(0);
  tell({ id: "b-10", type: "switch.status", at: "2026-01-31T12:00:00.000Z", organization: null, data: { switch: { node: "fs1", state: "down", error: null, since: "2026-01-31T12:00:00.000Z", stale: true } } });
  frame();
  expect(nodes?.value).toEqual(["fs1"]);
  scope.stop();
  store.close();
});

it("makes one slice for each frame while somebody scrolls, each in its turn, and all of them at once otherwise", async () => {
  let scrolls = true;
  const { store, scope, tell, frame } = await openAtBeat({ isScrolling: () => scrolls });
  // The first one is due with each frame: it must not keep the others from their turn.
  const slices = scope.run(() => [store.slice(["calls"], ids), store.slice(["calls"], ids, { everyMs: 250 }), store.slice(["calls"], ids, { everyMs: 250 })]) ?? [];
  const shown = (): readonly number[] => slices.map(({ value }) => value.length);
  tell(snapshot(1, true, [call({ id: "c1" })]));
  frame();
  expect(shown()).toEqual([1, 0, 0]);
  tell(updated(call({ id: "c2" })));
  frame();
  expect(shown()).toEqual([1, 2, 0]);
  tell(updated(call({ id: "c3" })));
  frame();
  expect(shown()).toEqual([1, 2, 3]);
  frame();
  expect(shown()).toEqual([3, 2, 3]);
  scrolls = false;
  vi.advanceTimersByTime(250);
  tell(updated(call({ id: "c4" })));
  frame();
  expect(shown()).toEqual([4, 4, 4]);
  scope.stop();
  store.close();
});

it("asks for no frame of each change of an agent for what stands on every page", async () => {
  const { store, scope, tell, frame, frames } = await openAtBeat();
  const own = scope.run(() => ownAgent(store, () => ALICE, (of) => of?.registered));
  const nobody = scope.run(() => ownAgent(store, () => null, (of) => of?.registered));
  const agents = (registered: boolean): LiveEvent => ({ id: "b-9", type: "snapshot", at: "2026-01-31T12:00:00.000Z", organization: "acme", data: { part: 1, last: true, calls: [], agents: [agent({ id: ALICE, registered })], queues: [], switches: [] } });
  tell(agents(true));
  frame();
  expect([own?.value, nobody?.value]).toEqual([true, undefined]);
  vi.advanceTimersByTime(100);
  tell(agents(false));
  expect(frames).toHaveLength(0);
  vi.advanceTimersByTime(150);
  expect(frames).toHaveLength(1);
  frame();
  expect(own?.value).toBe(false);
  scope.stop();
  store.close();
});
